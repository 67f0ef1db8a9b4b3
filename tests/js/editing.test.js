import assert from "node:assert/strict";
import test from "node:test";

import { Editing } from "../../static/js/room/editing.js";
import { Exchange, recorder, settled } from "./fakes.js";

// Of a page whose author wrote 4 last, which found `value` stored, shows the message as deleted or not, and sends
// these edits.
function editing(value, { isDetached = false, deleted = [], edits = {} } = {}) {
  const [exchange, connection] = [new Exchange(), recorder("show")];
  const outbox = { ...recorder("edit", "offer"), editOf: (about) => edits[about] };
  const stored = { value };
  const timeline = Object.assign(new EventTarget(), {
    newestOwn: 4,
    isDeleted: (seq) => deleted.includes(seq),
    sentAt: (seq) => `at ${seq}`,
  });
  const it = new Editing({ stored, sync: { textOf: exchange.ask, isDetached }, outbox, timeline, connection });
  const texts = [];
  it.addEventListener("change", () => texts.push(it.isOn ? it.text : null));
  return { connection, deleted, edits, exchange, it, outbox, stored, texts, timeline };
}

test("begins with the text as it was written, and saves what became of it", async () => {
  const { exchange, it, outbox, stored, texts } = editing();
  assert.equal(it.beginLast(), true);
  assert.equal(it.isOn, false);
  assert.deepEqual(exchange.asked, [4]);
  await exchange.answer("`four`");
  it.text = "`fuor`";
  assert.deepEqual(stored.value, { about: 4, sent_at: "at 4", body: "`fuor`", original: "`four`" });
  it.save("`Four`");
  assert.deepEqual(outbox.calls, [["edit", { about: 4, sent_at: "at 4", body: "`Four`" }]]);
  assert.deepEqual(texts, ["`four`", null]);
  assert.equal(stored.value, undefined);
});

test("does not take an older message for the newest where the page does not reach to the end", () => {
  const { exchange, it } = editing(undefined, { isDetached: true });
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
  const { it, outbox } = editing({ about: 3, sent_at: "at 3", body: "THREE", original: "three" });
  assert.deepEqual([it.isOn, it.text], [true, "THREE"]);
  it.save("Three");
  assert.deepEqual(outbox.calls, [["edit", { about: 3, sent_at: "at 3", body: "Three" }]]);
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

test("does not begin where its author did something else before the text came", async () => {
  const { connection, exchange, it, texts } = editing();
  it.begin(4);
  it.callOff();
  await exchange.answer("four");
  assert.deepEqual([it.isOn, texts], [false, []]);
  it.begin(4);
  it.callOff();
  it.begin(3);
  const [four, three] = exchange.take();
  four("four");
  await settled();
  assert.equal(it.isOn, false);
  three("three");
  await settled();
  assert.equal(it.text, "three");
  it.giveUp();
  it.begin(4);
  it.callOff();
  await exchange.fail();
  assert.deepEqual(connection.calls, [["show", ""]], "nobody waits for what failed");
});

test("goes on from an edit that is on its way, which can be taken back", async () => {
  const { edits, exchange, it, outbox } = editing(undefined, { edits: { 4: "FOUR" } });
  it.begin(4);
  await settled();
  assert.deepEqual([it.text, exchange.asked], ["FOUR", []]);
  it.save("four");
  assert.deepEqual(outbox.calls, [["edit", { about: 4, sent_at: "at 4", body: "four" }]]);
  delete edits[4];
  it.begin(4);
  await exchange.answer("four");
  edits[4] = "FOUR";
  it.save("four");
  assert.equal(outbox.calls.length, 2, "another text is on its way");
});

test("ends when its message is deleted; what was written may still be sent", async () => {
  const change = (about) => new CustomEvent("change", { detail: { change: { about, kind: "deleted" } } });
  for (const happens of [change, () => new Event("extend"), () => new Event("replace")]) {
    const { deleted, it, outbox, timeline } = editing({ about: 3, body: "THREE", original: "three" });
    it.start();
    deleted.push(4);
    timeline.dispatchEvent(happens(4));
    assert.equal(it.isOn, true);
    deleted.push(3);
    timeline.dispatchEvent(happens(3));
    const refused = { about: 3, body: "THREE", refusal: "This message was deleted.", isFinal: true };
    assert.deepEqual([it.isOn, outbox.calls], [false, [["offer", [refused]]]]);
  }
});

test("does not go on with a message that was deleted before the page came", () => {
  const { it, outbox, stored } = editing({ about: 3, body: "three", original: "three" }, { deleted: [3] });
  it.start();
  assert.deepEqual([it.isOn, stored.value, outbox.calls], [false, undefined, []]);
});

test("ends when its author has edited the message elsewhere, and not for what was saved here before", () => {
  const { it, outbox, timeline } = editing({ about: 3, sent_at: "at 3", body: "THREE", original: "three" });
  const edited = (about, body) => new CustomEvent("change", { detail: { change: { about, kind: "edited", body } } });
  it.start();
  timeline.dispatchEvent(edited(4, "FOUR"));
  timeline.dispatchEvent(edited(3, "three"));
  assert.equal(it.isOn, true);
  timeline.dispatchEvent(edited(3, "tree"));
  const kept = { about: 3, sent_at: "at 3", body: "THREE", refusal: "This message was edited meanwhile." };
  assert.deepEqual([it.isOn, outbox.calls], [false, [["offer", [kept]]]]);
});

test("ends where another message has the number, in a log that a backup has replaced", () => {
  const { it, outbox, timeline } = editing({ about: 3, sent_at: "before", body: "THREE", original: "three" });
  it.start();
  const kept = { about: 3, sent_at: "before", body: "THREE", refusal: "This message is no longer there.", isFinal: true };
  assert.deepEqual([it.isOn, outbox.calls], [false, [["offer", [kept]]]]);
  const gone = editing({ about: 3, sent_at: "before", body: "THREE", original: "three" });
  gone.timeline.sentAt = () => undefined;
  gone.it.start();
  gone.timeline.dispatchEvent(new Event("replace"));
  assert.equal(gone.it.isOn, true, "the page does not show it");
});

test("leaves what is typed here to its author where another page has taken it over", () => {
  const { it, outbox, stored } = editing({ about: 3, sent_at: "at 3", body: "THREE", original: "three" });
  stored.value = undefined;
  it.leaveTo("THREE and more");
  const left = { about: 3, sent_at: "at 3", body: "THREE and more" };
  assert.deepEqual([it.isOn, outbox.calls], [false, [["offer", [left]]]]);
});

test("knows that another page has taken it over", () => {
  const { it, outbox, stored } = editing({ about: 3, body: "THREE", original: "three" });
  assert.equal(it.isTaken, false);
  stored.value = undefined;
  assert.deepEqual([it.isOn, it.isTaken], [true, true]);
  it.setAside();
  assert.deepEqual([it.isOn, it.isTaken, outbox.calls], [false, false, []]);
});
