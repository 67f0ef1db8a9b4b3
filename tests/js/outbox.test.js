import assert from "node:assert/strict";
import test from "node:test";

import { TransientError } from "../../static/js/lib/requests.js";
import { Outbox } from "../../static/js/room/outbox.js";
import { Exchange, FakeClock, recorder, settled } from "./fakes.js";

// An outbox that has started; `stored` is what another page could find of it.
async function started(value) {
  const [clock, exchange, sync] = [new FakeClock(), new Exchange(), recorder("sent", "refused")];
  sync.send = ({ nonce, body, about }) => exchange.ask([nonce, body, about].filter(Boolean).join(" "));
  let count = 0;
  // Like the browser's, it keeps copies.
  const stored = {
    json: JSON.stringify(value ?? null),
    get value() {
      return JSON.parse(this.json) ?? undefined;
    },
    set value(value) {
      this.json = JSON.stringify(value ?? null);
    },
  };
  const outbox = new Outbox({ stored, sync, clock, nonce: () => `n${(count += 1)}` });
  outbox.start();
  await settled();
  return { clock, exchange, outbox, stored, sync };
}

const accepted = { status: 201 };
const invalid = { status: 422, body: { detail: "Too long." } };
const bodies = ({ messages }) => messages.map(({ body }) => body);
const refusals = ({ messages }) => messages.map(({ refusal }) => refusal);

test("sends one after the other, in order", async () => {
  const { exchange, outbox, sync } = await started();
  for (const body of ["one", "two", "three"]) outbox.add(body);
  assert.deepEqual(exchange.asked, ["n1 one"]);
  await exchange.answer(accepted);
  assert.deepEqual(exchange.asked, ["n1 one", "n2 two"]);
  assert.deepEqual(bodies(outbox), ["two", "three"]);
  await exchange.answer({ status: 200 });
  await exchange.answer(accepted);
  assert.deepEqual(exchange.asked, ["n1 one", "n2 two", "n3 three"]);
  assert.deepEqual(outbox.messages, []);
  assert.deepEqual(sync.calls, [accepted, { status: 200 }, accepted].map((answer) => ["sent", answer]));
});

test("stores a message before it sends it, and until it is acknowledged", async () => {
  const { exchange, outbox, stored } = await started();
  outbox.add("one");
  assert.deepEqual(stored.value, [{ nonce: "n1", body: "one", refusal: null }]);
  await exchange.answer(accepted);
  assert.equal(stored.value, undefined);
});

test("sends what the page before it had not sent, with the same nonces", async () => {
  const { exchange } = await started([{ nonce: "x", body: "one", refusal: null }]);
  assert.deepEqual(exchange.asked, ["x one"]);
});

test("tries again after 1, 2, 4 … 30 seconds, with the same nonce and in the same order", async () => {
  const { clock, exchange, outbox } = await started();
  outbox.add("one");
  outbox.add("two");
  for (const pause of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
    await exchange.fail();
    await clock.pass(pause - 1);
    assert.equal(exchange.inFlight, 0);
    await clock.pass(1);
    assert.equal(exchange.inFlight, 1);
  }
  assert.deepEqual(exchange.asked, Array(8).fill("n1 one"));
  await exchange.answer(accepted);
  assert.equal(exchange.asked.at(-1), "n2 two");
  // A failure of the next one is the first again.
  await exchange.fail();
  await clock.pass(1_000);
  assert.equal(exchange.inFlight, 1);
});

test("tries again at once when the connection is back", async () => {
  const { clock, exchange, outbox } = await started();
  outbox.add("one");
  await exchange.fail();
  outbox.wake();
  assert.deepEqual(exchange.asked, ["n1 one", "n1 one"]);
  // The pause that was begun before is over, and so is its timer.
  await clock.pass(60_000);
  assert.equal(exchange.inFlight, 1);
});

test("tries again soon what hung when the connection came back", async () => {
  const { clock, exchange, outbox } = await started();
  outbox.add("one");
  for (const pause of [1_000, 2_000, 4_000, 8_000, 16_000]) {
    await exchange.fail();
    await clock.pass(pause);
  }
  assert.equal(exchange.asked.length, 6);
  outbox.wake();
  assert.equal(exchange.asked.length, 6, "one at a time");
  await exchange.fail();
  await clock.pass(1_000);
  assert.equal(exchange.asked.length, 7);
});

test("obeys Retry-After, whatever is written meanwhile", async () => {
  const { clock, exchange, outbox } = await started();
  outbox.add("one");
  await exchange.fail(new TransientError("answer 429", 5_000));
  await clock.pass(4_000);
  outbox.add("two");
  outbox.wake();
  await clock.pass(999);
  assert.deepEqual(exchange.asked, ["n1 one"]);
  await clock.pass(1);
  assert.deepEqual(exchange.asked, ["n1 one", "n1 one"]);
});

test("sends by itself, in order and whole, what was written faster than the server takes it", async () => {
  const { clock, exchange, outbox, stored } = await started();
  const written = Array.from({ length: 15 }, (_, n) => `text ${n + 1}`);
  for (const body of written) outbox.add(body);
  // Ten at once, then one a second.
  let tokens = 10;
  const taken = [];
  while (exchange.inFlight > 0) {
    if (tokens > 0) {
      tokens -= 1;
      taken.push(exchange.asked.at(-1).split(" ").slice(1).join(" "));
      await exchange.answer(accepted);
    } else {
      await exchange.fail(new TransientError("answer 429", 1_000));
      assert.deepEqual(stored.value.map(({ body }) => body), written.slice(taken.length), "nothing is lost");
      await clock.pass(1_000);
      tokens = 1;
    }
  }
  assert.deepEqual(taken, written);
  assert.deepEqual(outbox.messages, []);
});

test("keeps a refused message and goes on with the next", async () => {
  const { exchange, outbox, stored, sync } = await started();
  outbox.add("one");
  outbox.add("two");
  await exchange.answer(invalid);
  assert.deepEqual(refusals(outbox), ["Too long.", null]);
  assert.equal(exchange.asked.at(-1), "n2 two");
  await exchange.answer(accepted);
  assert.deepEqual(stored.value.map(({ refusal }) => refusal), ["Too long."]);
  assert.deepEqual(sync.calls.map(([name]) => name), ["sent"]);
});

test("says why, and that its person is out of the room", async () => {
  for (const [status, refusal] of [
    [401, "You were logged out."],
    [403, "You were not in the room."],
    [404, "No such room"],
    [410, "No such room"],
  ]) {
    const { exchange, outbox, sync } = await started();
    outbox.add("one");
    await exchange.answer({ status, body: { title: "No such room" } });
    assert.deepEqual(refusals(outbox), [refusal]);
    assert.deepEqual(sync.calls.map(([name, answer]) => [name, answer.status]), [["refused", status]]);
  }
});

test("retries with the same nonce, unless that has another text", async () => {
  const { exchange, outbox } = await started();
  outbox.add("one");
  await exchange.answer(invalid);
  outbox.retry(outbox.messages[0]);
  await exchange.answer({ status: 409, body: { detail: "Sent before." } });
  outbox.retry(outbox.messages[0]);
  assert.deepEqual(exchange.asked, ["n1 one", "n1 one", "n2 one"]);
});

test("sends changes in their turn, each with a nonce of its own, and again until one is acknowledged", async () => {
  const { clock, exchange, outbox, stored, sync } = await started();
  outbox.add("one");
  outbox.edit({ about: 4, sent_at: "at 4", body: "four" });
  outbox.delete({ about: 5, sent_at: "at 5" });
  await exchange.answer(accepted);
  await exchange.fail(new TransientError("answer 429", 1_000));
  assert.deepEqual(stored.value, [{ nonce: "n2", about: 4, sent_at: "at 4", body: "four", refusal: null }, { nonce: "n3", about: 5, sent_at: "at 5", refusal: null }]);
  await clock.pass(1_000);
  await exchange.answer(accepted);
  await exchange.fail();
  await clock.pass(1_000);
  await exchange.answer(accepted);
  assert.deepEqual(exchange.asked, ["n1 one", "n2 four 4", "n2 four 4", "n3 5", "n3 5"]);
  assert.deepEqual([outbox.messages, stored.value], [[], undefined]);
  assert.equal(sync.calls.length, 3);
});

test("keeps the text of an edit whose message is gone, and stays in the room", async () => {
  for (const [status, type] of [[409, "message-deleted"], [404, "no-such-message"], [403, "not-yours"]]) {
    const { exchange, outbox, stored, sync } = await started();
    outbox.edit({ about: 4, sent_at: "at 4", body: "four" });
    await exchange.answer({ status, body: { type: `/problems/${type}`, detail: "Why." } });
    assert.deepEqual([bodies(outbox), refusals(outbox)], [["four"], ["Why."]]);
    assert.equal(stored.value[0].isFinal, true);
    assert.deepEqual(sync.calls, []);
  }
  const { exchange, outbox, sync } = await started();
  outbox.edit({ about: 4, sent_at: "at 4", body: "four" });
  await exchange.answer({ status: 403, body: { type: "/problems/not-a-member" } });
  assert.equal(outbox.messages[0].isFinal, false);
  assert.deepEqual(sync.calls.map(([name]) => name), ["refused"]);
});

test("takes a deletion of what somebody has deleted already for done", async () => {
  const { exchange, outbox } = await started();
  outbox.delete({ about: 4, sent_at: "at 4" });
  await exchange.answer({ status: 409, body: { type: "/problems/message-deleted" } });
  assert.deepEqual(outbox.messages, []);
  outbox.delete({ about: 4, sent_at: "at 4" });
  await exchange.answer({ status: 409, body: { type: "/problems/nonce-reused", detail: "Sent before." } });
  assert.deepEqual(refusals(outbox), ["Sent before."]);
});

test("leaves it to its author whether messages of another page are sent", async () => {
  const { exchange, outbox } = await started();
  const ofPage = [{ nonce: "x", body: "one", refusal: null }, { nonce: "y", body: "two", refusal: "No." }];
  outbox.offer([...ofPage, { body: "a draft" }]);
  await settled();
  assert.deepEqual(exchange.asked, []);
  assert.deepEqual(refusals(outbox), ["", "No.", ""]);
  outbox.retry(outbox.messages[0]);
  assert.deepEqual(exchange.asked, ["x one"]);
  outbox.discard(outbox.messages[1]);
  assert.deepEqual(bodies(outbox), ["one", "a draft"]);
});

test("does not send what another page has taken over", async () => {
  const { clock, exchange, outbox, stored } = await started();
  outbox.add("one");
  outbox.add("two");
  await exchange.fail();
  stored.value = undefined;
  await clock.pass(60_000);
  assert.deepEqual(exchange.asked, ["n1 one"]);
  assert.deepEqual(outbox.messages, []);
});

test("sends nothing once it is stopped, and keeps everything", async () => {
  const { clock, exchange, outbox, stored } = await started();
  outbox.add("one");
  outbox.add("two");
  outbox.stop();
  await exchange.fail();
  await clock.pass(60_000);
  assert.deepEqual(exchange.asked, ["n1 one"]);
  assert.deepEqual(stored.value.map(({ body }) => body), ["one", "two"]);
  outbox.start();
  assert.deepEqual(exchange.asked, ["n1 one", "n1 one"]);
});

test("tells of every change", async () => {
  const { exchange, outbox } = await started();
  const seen = [];
  outbox.addEventListener("change", () => seen.push(refusals(outbox)));
  outbox.add("one");
  await exchange.answer(invalid);
  outbox.discard(outbox.messages[0]);
  assert.deepEqual(seen, [[null], ["Too long."], []]);
});

test("tells the text that a message is going to have", async () => {
  const { exchange, outbox } = await started([{ nonce: "x", about: 4, body: "refused", refusal: "" }]);
  assert.equal(outbox.editOf(4), undefined);
  outbox.edit({ about: 4, sent_at: "at 4", body: "once" });
  outbox.edit({ about: 5, sent_at: "at 5", body: "other" });
  outbox.edit({ about: 4, sent_at: "at 4", body: "twice" });
  outbox.delete({ about: 4, sent_at: "at 4" });
  assert.deepEqual([outbox.editOf(4), outbox.editOf(5), outbox.editOf(6)], ["twice", "other", undefined]);
  for (let sent = 0; sent < 3; sent += 1) await exchange.answer(accepted);
  assert.equal(outbox.editOf(4), undefined);
});
