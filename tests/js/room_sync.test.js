import assert from "node:assert/strict";
import test from "node:test";

import { TransientError } from "../../static/js/lib/requests.js";
import { Changes } from "../../static/js/room/changes.js";
import { Ledger } from "../../static/js/room/ledger.js";
import { RoomSync } from "../../static/js/room/room_sync.js";
import { Exchange, FakeClock, fakeWindow, recorder, settled } from "./fakes.js";

const entry = (seq, tag = `a${seq}`) => ({ seq, tag });
const answer = (...messages) => ({ status: 200, body: { messages, more: false, people: "1" } });


// The messages before a number, read when the log ended with `as_of`.
function earlier(as_of, ...messages) {
  const [first, last] = [messages[0].seq, messages.at(-1).seq];
  return { status: 200, body: { messages, first, last, more: first > 1, as_of } };
}

// A room of which 4 and 5 are on the page, and whose first poll is in flight.
async function started(context) {
  context.mock.method(console, "error", () => {});
  const [clock, window, exchange] = [new FakeClock(), fakeWindow(), new Exchange()];
  const history = [entry(4), entry(5)];
  const ledger = new Ledger({ cursor: "5.a5", first: 4 });
  const changes = new Changes(history);
  const timeline = recorder("append", "prepend", "replace", "offerEarlier", "offerLater", "followTime", "trim");
  const people = { ...recorder("update", "show"), version: "1" };
  const connection = recorder("connected", "disconnected");
  const delegate = recorder("refused", "atNewest");
  const errors = [];
  window.document.addEventListener("parlor:protocol-error", () => errors.push(clock.now()));
  const given = { page: "/rooms/7", ledger, changes, timeline, people, requests: exchange, connection, clock, window, delegate };
  const sync = new RoomSync(given);
  sync.start();
  await clock.pass(0);
  const appended = () => timeline.calls.filter(([name]) => name === "append").flatMap(([, { messages }]) => messages);
  const shown = () => appended().map(({ seq }) => seq);
  return { clock, connection, delegate, errors, exchange, ledger, shown, sync, timeline };
}

test("shows once what a poll and the answer to a message both bring", async (context) => {
  const { clock, errors, exchange, ledger, shown, sync } = await started(context);
  const sending = sync.send({ body: "six", nonce: "n" });
  await exchange.answer(answer(entry(6)));
  await exchange.answer(answer(entry(6), entry(7)));
  await sync.sent(await sending);
  assert.deepEqual(shown(), [6, 7]);
  assert.equal(ledger.position.cursor, "7.a7");
  await clock.pass(1_000);
  assert.equal(exchange.asked.at(-1), "/api/rooms/7/messages?after=7.a7&people=1");
  assert.deepEqual(errors, []);
});

test("has a message go on when its page is closed, but not one so long that the browser would send nothing", async (context) => {
  const { exchange, sync } = await started(context);
  const sent = [];
  exchange.ask = async (_, { keepalive, body }) => (sent.push([keepalive, JSON.parse(body)]), { status: 413 });
  await sync.send({ body: "𝄞".repeat(4_000), nonce: "n" });
  await sync.send({ body: "x".repeat(70_000), nonce: "m" });
  await sync.send({ about: 4, sent_at: "then", nonce: "o" });
  assert.deepEqual(sent.map(([keepalive]) => keepalive), [true, false, true]);
  assert.deepEqual(sent.at(-1)[1], { nonce: "o", sent_at: "then" });
});

test("polls at once where a message's answer is not all there is", async (context) => {
  const { clock, exchange, sync } = await started(context);
  await exchange.answer({ status: 204 });
  const sending = sync.send({ body: "six", nonce: "n" });
  await exchange.answer({ status: 201, body: { ...answer(entry(6)).body, more: true } });
  await sync.sent(await sending);
  await clock.pass(0);
  assert.equal(exchange.asked.length, 3);
});

test("asks for the page where an answer has a gap, and goes on where that fails", async (context) => {
  const { clock, connection, errors, exchange, ledger, shown } = await started(context);
  await exchange.answer(answer(entry(7)));
  assert.equal(exchange.asked.at(-1), "/rooms/7");
  await exchange.fail(new TransientError("no connection"));
  assert.deepEqual(connection.calls.map(([name]) => name), ["disconnected"]);
  assert.deepEqual([errors.length, ledger.position.cursor, shown()], [1, "5.a5", []]);
  await clock.pass(1_000);
  assert.equal(exchange.asked.at(-1), "/api/rooms/7/messages?after=5.a5&people=1");
});

test("asks again for what could not be shown", async (context) => {
  const { clock, exchange, ledger, timeline } = await started(context);
  timeline.append = () => {
    throw new Error("cannot be shown");
  };
  await exchange.answer(answer(entry(6)));
  await exchange.fail(new TransientError("no connection"));
  assert.equal(ledger.position.cursor, "5.a5");
  await clock.pass(1_000);
  assert.equal(exchange.asked.at(-1), "/api/rooms/7/messages?after=5.a5&people=1");
});

test("tells of a refusal, and only of that", async (context) => {
  for (const status of [401, 403, 404, 410]) {
    const { delegate, errors, exchange } = await started(context);
    await exchange.answer({ status });
    assert.deepEqual(delegate.calls.map(([name, { status }]) => [name, status]), [["refused", status]]);
    assert.deepEqual(errors, []);
    context.mock.restoreAll();
  }
});

test("takes a cursor of another history for an error of the page", async (context) => {
  const { delegate, errors, exchange } = await started(context);
  await exchange.answer({ status: 409, body: { detail: "The cursor is not of this log." } });
  assert.equal(exchange.asked.at(-1), "/rooms/7");
  assert.deepEqual([errors.length, delegate.calls], [1, []]);
});

test("puts earlier messages before the first, and drops them after a replacement", async (context) => {
  const { exchange, ledger, sync, timeline } = await started(context);
  await exchange.answer({ status: 204 });
  const loading = sync.loadEarlier();
  assert.equal(exchange.asked.at(-1), "/api/rooms/7/messages?before=4");
  await exchange.answer(earlier("5.a5", entry(2), entry(3)));
  await loading;
  assert.deepEqual(timeline.calls.at(-1), ["prepend", [entry(2), entry(3)], true]);
  const late = sync.loadEarlier();
  ledger.replace({ cursor: "9.b9", first: 9 });
  await exchange.answer(earlier("5.a5", entry(1)));
  await late;
  await settled();
  assert.equal(ledger.first, 9);
  assert.equal(timeline.calls.filter(([name]) => name === "prepend").length, 1);
});

test("drops earlier messages that come after the page was trimmed, and asks for what precedes it now", async (context) => {
  const { exchange, errors, ledger, sync, timeline } = await started(context);
  const late = sync.loadEarlier();
  Object.assign(timeline, { trim: () => true, first: 5 });
  await exchange.answer(answer(entry(6)));
  assert.equal(ledger.first, 5);
  await exchange.answer(earlier("6.a6", entry(2), entry(3)));
  assert.equal(await late, true);
  const loading = sync.loadEarlier();
  assert.equal(exchange.asked.at(-1), "/api/rooms/7/messages?before=5");
  await exchange.answer(earlier("6.a6", entry(4)));
  await loading;
  assert.deepEqual(timeline.calls.filter(([name]) => name === "prepend").map(([, messages]) => messages), [[entry(4)]]);
  assert.deepEqual(errors, []);
});
