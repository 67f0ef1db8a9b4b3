import assert from "node:assert/strict";
import test from "node:test";

import { Editing } from "../../static/js/room/editing.js";
import { Exchange, recorder } from "./fakes.js";

// Of a page whose author wrote 4 last, and which found `value` stored.
function editing(value, isDetached = false) {
  const [exchange, outbox, connection] = [new Exchange(), recorder("edit", "offer"), recorder("show")];
  const stored = { value };
  const it = new Editing({ stored, sync: { textOf: exchange.ask, isDetached }, outbox, timeline: { newestOwn: 4 }, connection });
  const texts = [];
  it.addEventListener("change", () => texts.push(it.isOn ? it.text : null));
  return { connection, exchange, it, outbox, stored, texts };
}

test("begins with the text as it was written, and saves what became of it", async () => {
  const { exchange, it, outbox, stored, texts } = editing();
  assert.equal(it.beginLast(), true);
  assert.equal(it.isOn, false);
  assert.deepEqual(exchange.asked, [4]);
  await exchange.answer("`four`");
  it.text = "`fuor`";
  assert.deepEqual(stored.value, { about: 4, body: "`fuor`", original: "`four`" });
  it.save("`Four`");
  assert.deepEqual(outbox.calls, [["edit", 4, "`Four`"]]);
  assert.deepEqual(texts, ["`four`", null]);
  assert.equal(stored.value, undefined);
});

test("does not take an older message for the newest where the page does not reach to the end", () => {
  const { exchange, it } = editing(undefined, true);
  assert.equal(it.beginLast(), false);
  assert.deepEqual(exchange.asked, []);
});

test("saves nothing where nothing was changed, and where it was given up", async () => {
  for (const end of [(it) => it.save("four"), (it) => it.giveUp()]) {
    const { exchange, it, outbox, texts } = editing();
    it.begin(4);
    await exchange.answer("four");
    end(it);
    assert.deepEqual([outbox.calls, texts], [[], ["four", null]]);
  }
});

test("goes on with what the page before it had not saved", () => {
  const { it, outbox } = editing({ about: 3, body: "THREE", original: "three" });
  assert.deepEqual([it.isOn, it.text], [true, "THREE"]);
  it.save("Three");
  assert.deepEqual(outbox.calls, [["edit", 3, "Three"]]);
});

test("keeps what was not saved when another message is edited, or something else is written", async () => {
  const { exchange, it, outbox, texts } = editing({ about: 3, body: "THREE", original: "three" });
  it.begin(3);
  assert.deepEqual(exchange.asked, []);
  it.begin(4);
  await exchange.answer("four");
  assert.deepEqual(outbox.calls, [["offer", [{ about: 3, body: "THREE" }]]]);
  assert.equal(it.text, "four");
  it.setAside();
  assert.equal(outbox.calls.length, 1, "nothing was changed");
  assert.deepEqual(texts, ["THREE", null, "four", null]);
});

test("says that a message could not be loaded, and loads one at a time", async () => {
  const { connection, exchange, it } = editing();
  it.begin(4);
  it.begin(3);
  assert.deepEqual(exchange.asked, [4]);
  await exchange.fail();
  assert.equal(it.isOn, false);
  assert.deepEqual(connection.calls, [["show", "The message could not be loaded. Please try again."]]);
  it.begin(3);
  await exchange.answer("three");
  assert.equal(it.text, "three");
  assert.deepEqual(connection.calls.at(-1), ["show", ""]);
});
