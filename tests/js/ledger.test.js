import assert from "node:assert/strict";
import test from "node:test";

import { ProtocolError } from "../../static/js/lib/protocol_error.js";
import { Ledger } from "../../static/js/room/ledger.js";

// Entries `from` to `to`, with the tags of one history.
function entries(from, to, history = "a") {
  return Array.from({ length: to - from + 1 }, (_, n) => ({ seq: from + n, tag: `${history}${from + n}` }));
}

// The server has rendered 4 to 6.
const begun = () => new Ledger({ cursor: "6.a6", entries: entries(4, 6) });

// As RoomSync does it.
function take(ledger, answered, asked) {
  const fresh = ledger.following(answered, asked);
  ledger.append(fresh);
  return fresh.map(({ seq }) => seq);
}

test("begins with what the server has rendered", () => {
  const ledger = begun();
  assert.deepEqual(ledger.position, { cursor: "6.a6", seq: 6, generation: 0 });
  assert.equal(ledger.first, 4);
  assert.equal(ledger.hasEarlier, true);
});

test("begins empty in a room without entries", () => {
  const ledger = new Ledger({ cursor: "0.x", entries: [] });
  assert.equal(ledger.hasEarlier, false);
  assert.deepEqual(take(ledger, entries(1, 2), ledger.position), [1, 2]);
  assert.equal(ledger.hasEarlier, false);
});

test("moves its cursor to the last entry that was appended", () => {
  const ledger = begun();
  assert.deepEqual(take(ledger, entries(7, 8), ledger.position), [7, 8]);
  assert.deepEqual(ledger.position, { cursor: "8.a8", seq: 8, generation: 0 });
  assert.deepEqual(take(ledger, [], ledger.position), []);
  assert.equal(ledger.position.cursor, "8.a8");
});

test("does not move before entries were appended", () => {
  const ledger = begun();
  ledger.following(entries(7, 8), ledger.position);
  assert.equal(ledger.position.cursor, "6.a6");
  assert.deepEqual(take(ledger, entries(7, 8), ledger.position), [7, 8]);
});

test("drops entries that came already", () => {
  const ledger = begun();
  const asked = ledger.position;
  take(ledger, entries(7, 8), asked);
  assert.deepEqual(take(ledger, entries(7, 7), asked), []);
  assert.equal(ledger.position.cursor, "8.a8");
  assert.deepEqual(take(ledger, entries(7, 9), asked), [9]);
  assert.equal(ledger.position.cursor, "9.a9");
});

test("refuses a gap, at the beginning of an answer and within it", () => {
  const ledger = begun();
  for (const answered of [entries(8, 9), [...entries(7, 7), ...entries(9, 9)], entries(6, 7)]) {
    assert.throws(() => ledger.following(answered, ledger.position), ProtocolError);
  }
  assert.equal(ledger.position.cursor, "6.a6");
});

test("refuses another tag at a number that it knows", () => {
  const ledger = begun();
  const asked = ledger.position;
  take(ledger, entries(7, 8), asked);
  assert.throws(() => ledger.following(entries(7, 9, "b"), asked), ProtocolError);
  assert.throws(() => ledger.following([...entries(7, 7), ...entries(8, 8, "b")], asked), ProtocolError);
});

test("ignores an answer from before a replacement, right or wrong", () => {
  const ledger = begun();
  const asked = ledger.position;
  ledger.replace({ cursor: "5.b5", entries: entries(5, 5, "b") });
  assert.deepEqual(take(ledger, entries(7, 8), asked), []);
  assert.deepEqual(take(ledger, entries(9, 9), asked), []);
  assert.deepEqual(ledger.position, { cursor: "5.b5", seq: 5, generation: 1 });
});

test("forgets the tags of a replaced history", () => {
  const ledger = begun();
  ledger.replace({ cursor: "3.b3", entries: entries(2, 3, "b") });
  assert.equal(ledger.first, 2);
  assert.deepEqual(take(ledger, entries(4, 6, "b"), ledger.position), [4, 5, 6]);
});

test("takes earlier entries that lead up to the first", () => {
  const ledger = begun();
  assert.throws(() => ledger.prepend(entries(1, 2)), ProtocolError);
  ledger.prepend(entries(2, 3));
  assert.equal(ledger.first, 2);
  assert.equal(ledger.hasEarlier, true);
  ledger.prepend(entries(1, 1));
  assert.equal(ledger.hasEarlier, false);
  assert.equal(ledger.position.cursor, "6.a6");
});
