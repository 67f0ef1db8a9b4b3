import assert from "node:assert/strict";
import test from "node:test";

import { TransientError } from "../../static/js/lib/requests.js";
import { UnsentFromDeletedRooms } from "../../static/js/list/unsent_from_deleted_rooms.js";
import { Exchange, settled } from "./fakes.js";

// The list of somebody with a draft in room 7.
async function started() {
  const parts = { textarea: {}, other: new EventTarget() };
  const box = { hidden: true, querySelector: (selector) => parts[selector] ?? parts.other };
  const kept = { value: undefined };
  const unsent = { rooms: ["7"], fromDeletedRooms: kept, keepForList: (room) => (kept.value = `words of ${room}`) };
  const exchange = new Exchange();
  const list = new UnsentFromDeletedRooms({ box, unsent, requests: exchange });
  list.start();
  await settled();
  return { box, exchange, kept, list };
}

const redirected = () => new TransientError("redirected");

test("shows what was not sent in a room that is no more", async () => {
  for (const status of [404, 410]) {
    const { box, exchange, kept } = await started();
    await exchange.answer({ status });
    assert.deepEqual([box.hidden, kept.value], [false, "words of 7"]);
  }
});

test("leaves it where the room is there", async () => {
  const { box, exchange, kept } = await started();
  await exchange.answer({ status: 200 });
  assert.deepEqual([box.hidden, kept.value, exchange.asked.length], [true, undefined, 1]);
});

test("tells a room that was deleted around its member from a captive portal", async () => {
  for (const [last, words] of [["answer", "words of 7"], ["fail", undefined]]) {
    const { exchange, kept } = await started();
    await exchange.fail(redirected());
    assert.equal(exchange.asked.at(-1), "/api/rooms/7/messages");
    await exchange[last](last === "answer" ? { status: 410 } : redirected());
    assert.equal(kept.value, words);
  }
});

test("asks again when the list is told that a room was deleted", async () => {
  const { box, exchange, list } = await started();
  await exchange.answer({ status: 200 });
  list.check();
  await exchange.answer({ status: 410 });
  assert.equal(box.hidden, false);
});
