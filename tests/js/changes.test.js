// Pages that started at different places end alike, in whatever order they learn of what was said and changed.

import assert from "node:assert/strict";
import test from "node:test";

import { Changes, reading } from "../../static/js/room/changes.js";
import { Ledger } from "../../static/js/room/ledger.js";
import { RoomSync } from "../../static/js/room/room_sync.js";
import { Exchange, FakeClock, fakeWindow, recorder, settled } from "./fakes.js";

const at = (seq) => `2026-01-01T00:00:${String(seq).padStart(2, "0")}Z`;
const said = (seq, body, change) => ({ seq, tag: `a${seq}`, author: "ana", body, ...change });
const edited = (seq, about, body) => ({ seq, tag: `a${seq}`, kind: "edited", about, at: at(seq), by: "ana", body });
const deleted = (seq, about) => ({ seq, tag: `a${seq}`, kind: "deleted", about, at: at(seq), by: "bo" });
const since = (seq, more) => ({ changed: seq, changed_at: at(seq), ...more });
const update = (...messages) => ({ status: 200, body: { messages, more: false, people: "1" } });
const earlier = (first, last, as_of, ...messages) => ({
  status: 200,
  body: { messages, first, last, more: first > 1, as_of: `${as_of}.a${as_of}` },
});

// What a page shows, as the timeline does: seq → text.
class Shown {
  texts = new Map();

  constructor(messages) {
    this.prepend(messages);
  }

  append({ messages, changes }) {
    this.prepend(messages);
    for (const change of changes) {
      assert.ok(this.texts.has(change.about), `${change.about} is not on the page`);
      this.#show(change.about, reading(change));
    }
  }

  prepend(messages) {
    for (const message of messages) this.#show(message.seq, message);
  }

  #show(seq, { body, changed, deleted_by }) {
    const text = deleted_by ? `deleted by ${deleted_by}` : `${body}${changed ? " (edited)" : ""}`;
    this.texts.set(seq, text);
  }

  offerEarlier() {}
  offerLater() {}
  followTime() {}
  trim() {}
}

// A page that shows `messages`, the first of them number `first`, and the first poll of which is in flight.
async function page(context, { cursor, first, messages }) {
  context.mock.method(console, "error", () => {});
  const [clock, window, exchange, timeline] = [new FakeClock(), fakeWindow(), new Exchange(), new Shown(messages)];
  const errors = [];
  window.document.addEventListener("parlor:protocol-error", ({ detail }) => errors.push(detail.reason));
  const ledger = new Ledger({ cursor: `${cursor}.a${cursor}`, first });
  const sync = new RoomSync({
    page: "/rooms/7",
    ledger,
    changes: new Changes(messages),
    timeline,
    people: { ...recorder("update", "show"), version: "1" },
    requests: exchange,
    connection: recorder("connected", "disconnected"),
    clock,
    window,
    delegate: recorder("refused"),
  });
  sync.start();
  await clock.pass(0);
  const shows = (texts) => assert.deepEqual(Object.fromEntries(timeline.texts), texts);
  return { clock, errors, exchange, ledger, shows, sync };
}

test("shows what changes, and counts on from the change", async (context) => {
  const start = { cursor: 5, first: 4, messages: [said(4, "four"), said(5, "five")] };
  const { clock, errors, exchange, shows } = await page(context, start);
  await exchange.answer(update(edited(6, 4, "FOUR"), deleted(7, 5)));
  shows({ 4: "FOUR (edited)", 5: "deleted by bo" });
  await clock.pass(1_000);
  assert.equal(exchange.asked.at(-1), "/api/rooms/7/messages?after=7.a7&people=1");
  assert.deepEqual(errors, []);
});

test("applies changes in the order of their numbers, within an answer and over several", async (context) => {
  const start = { cursor: 5, first: 5, messages: [said(5, "five")] };
  const { clock, exchange, shows } = await page(context, start);
  await exchange.answer(update(edited(6, 5, "once"), said(7, "seven"), edited(8, 5, "twice"), edited(9, 7, "SEVEN")));
  shows({ 5: "twice (edited)", 7: "SEVEN (edited)" });
  await clock.pass(1_000);
  await exchange.answer(update(edited(10, 5, ""), deleted(11, 5)));
  shows({ 5: "deleted by bo", 7: "SEVEN (edited)" });
});

test("an edit that was superseded blanks nothing, also until what superseded it comes", async (context) => {
  const start = { cursor: 5, first: 4, messages: [said(4, "four"), said(5, "five")] };
  const { clock, errors, exchange, shows, sync } = await page(context, start);
  const loading = sync.loadEarlier();
  await exchange.answer(update(edited(6, 5, ""), edited(7, 3, "once"), edited(8, 3, ""), edited(9, 4, "")));
  await exchange.answer(earlier(3, 3, 5, said(3, "three")));
  await loading;
  shows({ 3: "once (edited)", 4: "four", 5: "five" });
  await clock.pass(1_000);
  await exchange.answer(update(edited(10, 5, "FIVE"), deleted(11, 4), edited(12, 3, "twice")));
  shows({ 3: "twice (edited)", 4: "deleted by bo", 5: "FIVE (edited)" });
  assert.deepEqual(errors, []);
});

test("a change that an older page has overtaken is not applied to what reads as after a later one", async (context) => {
  const { exchange, shows, sync } = await page(context, { cursor: 5, first: 5, messages: [said(5, "five")] });
  const loading = sync.loadEarlier();
  // The poll hangs; the load reads after 6 and 7, which the poll brings after it.
  const [poll, load] = exchange.take();
  load(earlier(3, 4, 7, said(3, "twice", since(7)), said(4, "four")));
  await loading;
  shows({ 3: "twice (edited)", 4: "four", 5: "five" });
  poll(update(edited(6, 3, "once")));
  await settled();
  shows({ 3: "twice (edited)", 4: "four", 5: "five" });
});

test("a change about what is not loaded is applied when that is loaded, read before it", async (context) => {
  const { exchange, shows, sync } = await page(context, { cursor: 5, first: 5, messages: [said(5, "five")] });
  const loading = sync.loadEarlier();
  await exchange.answer(update(edited(6, 3, "once"), edited(7, 3, "twice"), deleted(8, 4), edited(9, 2, "TWO")));
  shows({ 5: "five" });
  // Read when the log ended with 5, and 2 not among it.
  await exchange.answer(earlier(3, 4, 5, said(3, "three"), said(4, "four")));
  await loading;
  shows({ 3: "twice (edited)", 4: "deleted by bo", 5: "five" });
  const next = sync.loadEarlier();
  await exchange.answer(earlier(1, 2, 9, said(1, "one"), said(2, "TWO", since(9))));
  await next;
  shows({ 1: "one", 2: "TWO (edited)", 3: "twice (edited)", 4: "deleted by bo", 5: "five" });
});

test("a change of what was loaded with it applied is not applied again, and a later one is", async (context) => {
  const { clock, exchange, shows, sync } = await page(context, { cursor: 5, first: 5, messages: [said(5, "five")] });
  const loading = sync.loadEarlier();
  await exchange.answer(update(edited(6, 4, "once")));
  await exchange.answer(earlier(4, 4, 7, said(4, "twice", since(7))));
  await loading;
  shows({ 4: "twice (edited)", 5: "five" });
  await clock.pass(1_000);
  await exchange.answer(update(edited(7, 4, "twice"), edited(8, 4, "thrice")));
  shows({ 4: "thrice (edited)", 5: "five" });
});

test("keeps no change about what is not loaded once nothing is being loaded", async (context) => {
  const changes = new Changes([said(5, "five")]);
  const loaded = (seq) => changes.load([said(seq, "as loaded")])[0].body;
  await changes.during(async () => changes.append([edited(6, 3, "during")]));
  assert.equal(loaded(3), "as loaded");
  changes.append([edited(7, 2, "before")]);
  await changes.during(async () => assert.equal(loaded(2), "as loaded"));
});

test("keeps no change of what was on the page before that was replaced", async () => {
  const changes = new Changes([said(5, "five")]);
  await changes.during(async () => {
    changes.append([edited(6, 3, "in another history")]);
    changes.replace([said(4, "four")]);
    assert.equal(changes.load([said(3, "as loaded")])[0].body, "as loaded");
  });
});

test("earlier messages that were read before they were asked for are not shown", async (context) => {
  const { clock, errors, exchange, shows, sync } = await page(context, { cursor: 5, first: 5, messages: [said(5, "five")] });
  await exchange.answer(update(edited(6, 4, "FOUR")));
  const loading = sync.loadEarlier();
  const [load] = exchange.take();
  load(earlier(4, 4, 5, said(4, "four")));
  await settled();
  assert.equal(exchange.asked.at(-1), "/rooms/7");
  shows({ 5: "five" });
  assert.equal(errors.length, 1);
  exchange.fail();
  await loading.catch(() => {});
  await clock.pass(0);
});

test("forgets what is no longer on the page, until it is loaded again", () => {
  const changes = new Changes([said(4, "four"), said(5, "five")]);
  const shown = (change) => changes.in([change]).changes.length;
  changes.forgetBefore(5);
  assert.deepEqual([shown(edited(6, 4, "FOUR")), shown(edited(6, 5, "FIVE"))], [0, 1]);
  changes.load([said(4, "FOUR", since(6))]);
  assert.deepEqual([shown(edited(6, 4, "FOUR")), shown(edited(7, 4, "four"))], [0, 1]);
});

test("a message that memory answers with after its edit reads as after it, and its edit changes nothing", async (context) => {
  const { clock, exchange, shows } = await page(context, { cursor: 5, first: 5, messages: [said(5, "five")] });
  await exchange.answer(update(said(6, "twice", since(8)), edited(7, 6, "once")));
  shows({ 5: "five", 6: "twice (edited)" });
  await clock.pass(1_000);
  await exchange.answer(update(edited(8, 6, "twice"), said(9, "", since(10, { deleted_by: "bo" }))));
  shows({ 5: "five", 6: "twice (edited)", 9: "deleted by bo" });
  await clock.pass(1_000);
  await exchange.answer(update(deleted(10, 9), edited(11, 6, "thrice")));
  shows({ 5: "five", 6: "thrice (edited)", 9: "deleted by bo" });
});

test("pages that started anywhere end alike", async (context) => {
  const log = [said(1, "one"), said(2, "two"), edited(3, 1, "ONE"), said(4, "four"), deleted(5, 2), edited(6, 1, "One"), edited(7, 4, "FOUR")];
  const now = (seq) => {
    const message = log[seq - 1];
    const last = log.findLast(({ about }) => about === seq);
    return last ? { ...message, ...reading(last) } : message;
  };
  const all = { 1: "One (edited)", 2: "deleted by bo", 4: "FOUR (edited)" };
  // As the server reads after the first `cursor` entries.
  const history = (cursor, first, last) => {
    const entries = log.slice(0, cursor);
    const messages = entries.filter(({ seq, kind }) => !kind && seq >= first && seq <= last);
    return messages.map((message) => {
      const change = entries.findLast(({ about }) => about === message.seq);
      return change ? { ...message, ...reading(change) } : message;
    });
  };
  for (let cursor = 1; cursor <= log.length; cursor += 1) {
    for (let first = 1; first <= cursor; first += 1) {
      const messages = history(cursor, first, cursor);
      const { clock, errors, exchange, shows, sync } = await page(context, { cursor, first, messages });
      // Memory answers with messages as they read now.
      const superseded = ({ seq, about }) => log.some((later) => later.about === about && later.seq > seq);
      const told = (change) => (superseded(change) && change.kind === "edited" ? { ...change, body: "" } : change);
      const rest = log.slice(cursor).map((entry) => (entry.kind ? told(entry) : now(entry.seq)));
      const loading = first > 1 && sync.loadEarlier();
      await exchange.answer(rest.length > 0 ? update(...rest) : { status: 204 });
      if (loading) await exchange.answer(earlier(1, first - 1, cursor, ...history(cursor, 1, first - 1)));
      await loading;
      shows(all);
      assert.deepEqual(errors, []);
      await clock.pass(0);
      context.mock.restoreAll();
    }
  }
});
