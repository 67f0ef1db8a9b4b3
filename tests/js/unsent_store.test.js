import assert from "node:assert/strict";
import test from "node:test";

import { UnsentStore } from "../../static/js/lib/unsent_store.js";
import { WebStorage } from "../../static/js/lib/web_storage.js";
import { FakeClock } from "./fakes.js";

// What a page of room 7 has left behind.
function left(values) {
  const [storage, session] = [new WebStorage(null), new WebStorage(null)];
  const unsent = new UnsentStore({ storage, session, account: "1", clock: new FakeClock() });
  for (const [name, value] of Object.entries(values)) unsent.of("7", "page")[name].value = value;
  return unsent;
}

test("an edit that was not saved is taken over with the messages that were not sent, once", () => {
  const edit = { about: 4, body: "FOUR", original: "four" };
  const sent = { nonce: "n", body: "five", refusal: null };
  const unsent = left({ draft: "a draft", outbox: [sent], edit });
  assert.deepEqual(unsent.take("7", () => true), { drafts: ["a draft"], messages: [sent, { about: 4, body: "FOUR" }] });
  assert.deepEqual([unsent.has("7"), unsent.take("7", () => true)], [false, { drafts: [], messages: [] }]);
});

test("an edit in which nothing was changed is not", () => {
  const unsent = left({ edit: { about: 4, body: "four", original: "four" } });
  assert.deepEqual(unsent.take("7", () => true), { drafts: [], messages: [] });
});

test("of a deleted room the list shows the texts, also of edits, and nothing of deletions", () => {
  const edit = { about: 4, body: "FOUR", original: "four" };
  const outbox = [{ nonce: "n", about: 5 }, { nonce: "m", body: "six", refusal: null }];
  const unsent = left({ draft: "a draft", outbox, edit });
  unsent.keepForList("7");
  assert.equal(unsent.fromDeletedRooms.value, "six\n\nFOUR\n\na draft");
  const nothing = left({ outbox: [{ nonce: "n", about: 5 }] });
  nothing.keepForList("7");
  assert.equal(nothing.fromDeletedRooms.value, undefined);
});

test("an edit begun and not touched is not unsent, and whatever else there is is", () => {
  const edit = (body) => ({ about: 4, body, original: "four" });
  const outbox = [{ nonce: "n", about: 5 }];
  const cases = [[{}, false], [{ edit: edit("four") }, false], [{ edit: edit("FOUR") }, true], [{ draft: "x" }, true], [{ outbox }, true]];
  for (const [values, expected] of cases) {
    assert.deepEqual([left(values).has("7"), left(values).has(), left(values).has("8")], [expected, expected, false]);
  }
});

test("a deletion that was not sent is taken over, too: whoever has confirmed it counts on it", () => {
  const outbox = [{ nonce: "n", about: 5, refusal: null }, { nonce: "m", about: 6, body: "SIX", refusal: null }];
  assert.deepEqual(left({ outbox }).take("7", () => true).messages, outbox);
});
