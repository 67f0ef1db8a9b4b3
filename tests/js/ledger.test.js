import assert from "node:assert/strict";
import test from "node:test";

import { ProtocolError } from "../../static/js/lib/protocol_error.js";
import { Ledger } from "../../static/js/room/ledger.js";

// Entries `from` to `to`, with the tags of one history.
function entries(from, to, history = "a") {
  return Array.from({ length: to - from + 1 }, (_, n) => ({ seq: from + n, tag: `${history}${from + n}` }));
}

// The server has rendered 4 to 6.
const begun = () => new Ledger({ cursor: "6.a6", first: 4 });

// What a server answers that has read `messages` when the log ended with `as_of`.
const span = (first, last, as_of = "6.a6", messages = entries(first, last)) => ({ messages, first, last, as_of });

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
  const ledger = new Ledger({ cursor: "0.x", first: 1 });
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
  ledger.replace({ cursor: "5.b5", first: 5 });
  assert.deepEqual(take(ledger, entries(7, 8), asked), []);
  assert.deepEqual(take(ledger, entries(9, 9), asked), []);
  assert.deepEqual(ledger.position, { cursor: "5.b5", seq: 5, generation: 1 });
});

test("forgets the tags of a replaced history", () => {
  const ledger = begun();
  ledger.replace({ cursor: "3.b3", first: 2 });
  assert.equal(ledger.first, 2);
  assert.deepEqual(take(ledger, entries(4, 6, "b"), ledger.position), [4, 5, 6]);
});

test("takes earlier entries that lead up to the first", () => {
  const ledger = begun();
  const asked = ledger.position;
  assert.throws(() => ledger.prepend(span(1, 2), asked), ProtocolError);
  ledger.prepend(span(2, 3), asked);
  assert.equal(ledger.first, 2);
  assert.equal(ledger.hasEarlier, true);
  ledger.prepend(span(1, 1), asked);
  assert.equal(ledger.hasEarlier, false);
  assert.equal(ledger.position.cursor, "6.a6");
});

test("begins where what the server has rendered does, though it begins with changes", () => {
  const ledger = new Ledger({ cursor: "9.a9", first: 3 });
  assert.equal(ledger.first, 3);
  assert.deepEqual(take(ledger, entries(10, 10), ledger.position), [10]);
  assert.throws(() => ledger.following([...entries(9, 9, "b"), ...entries(10, 10)], { seq: 8, generation: 0 }), ProtocolError);
});

test("takes a span of earlier entries in which there are changes, or nothing else", () => {
  const ledger = new Ledger({ cursor: "40.a40", first: 31 });
  const asked = ledger.position;
  ledger.prepend(span(21, 30, "40.a40", entries(24, 25)), asked);
  assert.equal(ledger.first, 21);
  ledger.prepend(span(11, 20, "40.a40", []), asked);
  assert.equal(ledger.first, 11);
  assert.equal(ledger.hasEarlier, true);
});

test("refuses a span with messages outside or out of order, or without any number", () => {
  const ledger = new Ledger({ cursor: "6.a6", first: 5 });
  const refused = [
    span(3, 4, "6.a6", entries(2, 3)),
    span(3, 4, "6.a6", entries(4, 5)),
    span(1, 4, "6.a6", [...entries(3, 3), ...entries(2, 2)]),
    span(1, 4, "6.a6", [...entries(3, 3), ...entries(3, 3)]),
    span(5, 4, "6.a6", []),
  ];
  for (const answered of refused) assert.throws(() => ledger.prepend(answered, ledger.position), ProtocolError);
  assert.equal(ledger.first, 5);
});

test("refuses earlier entries that were read before they were asked for, or from another history", () => {
  const ledger = begun();
  for (const as_of of ["5.a5", "6.b6"]) {
    assert.throws(() => ledger.prepend(span(2, 3, as_of), ledger.position), ProtocolError);
  }
  ledger.prepend(span(2, 3, "9.a9"), ledger.position);
  assert.equal(ledger.first, 2);
});

test("forgets what is no longer on the page, and takes it again", () => {
  const ledger = begun();
  const asked = ledger.position;
  take(ledger, entries(7, 9), asked);
  ledger.forgetBefore(8);
  assert.equal(ledger.first, 8);
  assert.equal(ledger.hasEarlier, true);
  // Late: 7 is no longer known, what follows it is.
  assert.deepEqual(take(ledger, entries(7, 10), asked), [10]);
  assert.throws(() => ledger.following([...entries(7, 7, "b"), ...entries(8, 8, "b")], asked), ProtocolError);
  assert.throws(() => ledger.prepend(span(4, 6, "10.a10"), ledger.position), ProtocolError);
  ledger.prepend(span(5, 7, "10.a10"), ledger.position);
  assert.equal(ledger.first, 5);
});
