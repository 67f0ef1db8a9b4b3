// A page that shows old surroundings becomes an ordinary one when it has come to the end: nothing is missing, nothing
// is there twice, and every message reads as it should, in whatever order the answers come.

import assert from "node:assert/strict";
import test from "node:test";

import { ProtocolError } from "../../static/js/lib/protocol_error.js";
import { Changes, reading } from "../../static/js/room/changes.js";
import { Ledger } from "../../static/js/room/ledger.js";
import { RoomSync } from "../../static/js/room/room_sync.js";
import { Exchange, FakeClock, fakeWindow, recorder, settled } from "./fakes.js";

const said = (seq, body = `text ${seq}`) => ({ seq, tag: `a${seq}`, author: "ana", body });
const edited = (seq, about, body) => ({ seq, tag: `a${seq}`, kind: "edited", about, at: `${seq}`, by: "ana", body });
const deleted = (seq, about) => ({ seq, tag: `a${seq}`, kind: "deleted", about, at: `${seq}`, by: "bo" });

// A log of messages and changes, as a server answers from it when it has so many entries.
class Log {
  constructor(...entries) {
    this.entries = entries;
  }

  // The messages among the entries `first` to `last`, as they read after the first `head` entries.
  read(first, last, head) {
    const known = this.entries.slice(0, head);
    const messages = known.filter(({ seq, kind }) => !kind && seq >= first && seq <= last);
    return messages.map((message) => {
      const change = known.findLast(({ about }) => about === message.seq);
      return change ? { ...message, ...reading(change) } : message;
    });
  }

  update(after, head) {
    const entries = this.entries.slice(after, head);
    if (entries.length === 0) return { status: 204 };
    const now = entries.map((entry) => (entry.kind ? entry : this.read(entry.seq, entry.seq, head)[0]));
    return { status: 200, body: { messages: now, more: false, people: "1" } };
  }

  span(first, last, head) {
    return { status: 200, body: { messages: this.read(first, last, head), first, last, as_of: `${head}.a${head}` } };
  }
}

// What a page shows, in order, as the timeline does. Whoever shows a message twice or in the wrong place fails.
class Shown extends Map {
  missed = 0;
  hasLater = undefined;

  constructor(messages) {
    super();
    this.extend(messages);
  }

  append({ messages, changes }) {
    this.extend(messages);
    for (const change of changes) this.#show(change.about, reading(change));
  }

  extend(messages) {
    for (const message of messages) {
      const last = [...this.keys()].at(-1) ?? 0;
      assert.ok(message.seq > last, `${message.seq} after ${last}`);
      this.#show(message.seq, message);
    }
  }

  miss(messages) {
    this.missed += messages.length;
  }

  offerLater(hasLater) {
    this.hasLater = hasLater;
  }

  offerEarlier() {}
  followTime() {}
  trim() {}

  #show(seq, { body, changed, deleted_by }) {
    this.set(seq, deleted_by ? "deleted" : `${body}${changed ? " (edited)" : ""}`);
  }
}

// A page of the entries `first` to `last` of a log that had `head`, and whose first poll is in flight.
async function page(context, log, first, last, head) {
  context.mock.method(console, "error", () => {});
  const [clock, window, exchange] = [new FakeClock(), fakeWindow(), new Exchange()];
  const messages = log.read(first, last, head);
  const [timeline, delegate] = [new Shown(messages), recorder("refused", "atNewest")];
  const errors = [];
  window.document.addEventListener("parlor:protocol-error", ({ detail }) => errors.push(detail));
  const ledger = new Ledger({ cursor: `${head}.a${head}`, first, last });
  const [people, connection] = [{ ...recorder("update"), version: "1" }, recorder("connected", "disconnected")];
  const parts = { ledger, changes: new Changes(messages), timeline, people, connection, requests: exchange };
  const sync = new RoomSync({ page: "/rooms/7", ...parts, clock, window, delegate });
  sync.start();
  await clock.pass(0);
  const shows = (...seqs) => assert.deepEqual([...timeline.keys()], seqs);
  return { clock, delegate, errors, exchange, ledger, shows, sync, timeline };
}

const ten = new Log(...Array.from({ length: 12 }, (_, n) => said(n + 1)));

test("polls from the head of its snapshot, shows nothing new, and counts it", async (context) => {
  const { clock, exchange, shows, sync, timeline } = await page(context, ten, 2, 3, 9);
  assert.equal(exchange.asked.at(-1), "/api/rooms/7/messages?after=9.a9&people=1");
  assert.deepEqual([timeline.hasLater, sync.isDetached], [true, true]);
  await exchange.answer(ten.update(9, 11));
  shows(2, 3);
  assert.equal(timeline.missed, 2);
  await clock.pass(1_000);
  assert.equal(exchange.asked.at(-1), "/api/rooms/7/messages?after=11.a11&people=1");
});

test("applies changes of what it shows, and of nothing else", async (context) => {
  const log = new Log(said(1), said(2), said(3), said(4), edited(5, 2, "two"), edited(6, 4, "four"), deleted(7, 1));
  const { clock, errors, exchange, timeline } = await page(context, log, 1, 2, 4);
  await exchange.answer(log.update(4, 7));
  assert.deepEqual([...timeline], [[1, "deleted"], [2, "two (edited)"]]);
  assert.equal(timeline.missed, 0);
  await clock.pass(0);
  assert.deepEqual(errors, []);
});

test("a change of a kind that it does not know changes nothing, and is counted on from", async (context) => {
  const pinned = { seq: 3, tag: "a3", kind: "pinned", about: 1, at: "3", by: "ana" };
  const log = new Log(said(1), said(2), pinned, said(4));
  for (const last of [1, 2]) {
    const { clock, errors, exchange, sync, timeline } = await page(context, log, 1, last, 2);
    await exchange.answer(log.update(2, 3));
    assert.deepEqual([timeline.get(1), timeline.missed], ["text 1", 0]);
    await clock.pass(1_000);
    assert.match(exchange.asked.at(-1), /after=3[.]a3/);
    assert.deepEqual(errors, []);
    sync.stop();
    context.mock.restoreAll();
  }
});

test("is an ordinary page when it has come to the end", async (context) => {
  const { clock, delegate, errors, exchange, shows, sync, timeline } = await page(context, ten, 2, 3, 9);
  await exchange.answer({ status: 204 });
  const loading = sync.loadLater();
  assert.equal(exchange.asked.at(-1), "/api/rooms/7/messages?from=4");
  await exchange.answer(ten.span(4, 6, 9));
  await loading;
  assert.deepEqual([timeline.hasLater, delegate.calls], [true, []]);
  const rest = sync.loadLater();
  await exchange.answer(ten.span(7, 9, 9));
  await rest;
  assert.deepEqual([timeline.hasLater, delegate.calls], [false, [["atNewest"]]]);
  const asked = exchange.asked.length;
  await sync.loadLater();
  assert.equal(exchange.asked.length, asked);
  await clock.pass(1_000);
  await exchange.answer(ten.update(9, 11));
  shows(2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
  assert.deepEqual([timeline.missed, errors], [0, []]);
});

test("stays detached where a poll was answered between, until that is loaded too", async (context) => {
  const { clock, exchange, shows, sync, timeline } = await page(context, ten, 2, 3, 9);
  const loading = sync.loadLater();
  await exchange.answer(ten.update(9, 11));
  await exchange.answer(ten.span(4, 9, 9));
  await loading;
  shows(2, 3, 4, 5, 6, 7, 8, 9);
  assert.equal(timeline.hasLater, true);
  const rest = sync.loadLater();
  assert.equal(exchange.asked.at(-1), "/api/rooms/7/messages?from=10");
  await exchange.answer(ten.span(10, 11, 11));
  await rest;
  await clock.pass(1_000);
  await exchange.answer(ten.update(11, 12));
  shows(2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
});

test("shows once what was loaded before a poll brings it", async (context) => {
  const { clock, errors, exchange, shows, sync } = await page(context, ten, 2, 3, 5);
  const loading = sync.loadLater();
  const [poll, load] = exchange.take();
  load(ten.span(4, 8, 8));
  await loading;
  poll(ten.update(5, 7));
  await settled();
  shows(2, 3, 4, 5, 6, 7, 8);
  await clock.pass(1_000);
  await exchange.answer(ten.update(7, 10));
  shows(2, 3, 4, 5, 6, 7, 8, 9, 10);
  assert.deepEqual(errors, []);
});

test("drops what was loaded for a page that was replaced or has grown meanwhile", async (context) => {
  const { exchange, ledger, shows, sync, timeline } = await page(context, ten, 2, 3, 9);
  const [first, second] = [sync.loadLater(), sync.loadLater()];
  const [, load, again] = exchange.take();
  load(ten.span(4, 5, 9));
  again(ten.span(4, 6, 9));
  await Promise.all([first, second]);
  shows(2, 3, 4, 5);
  const late = sync.loadLater();
  ledger.replace({ cursor: "9.a9", first: 9, last: 9 });
  timeline.clear();
  await exchange.answer(ten.span(6, 9, 9));
  await late;
  shows();
});

test("refuses what does not follow, is empty or was read before it was asked for", () => {
  const ledger = new Ledger({ cursor: "9.a9", first: 2, last: 3 });
  const refused = [
    ten.span(5, 6, 9),
    ten.span(3, 6, 9),
    ten.span(4, 3, 9),
    ten.span(4, 8, 8),
    ten.span(4, 10, 9),
    { body: { ...ten.span(4, 6, 9).body, as_of: "9.b9" } },
  ];
  for (const { body } of refused) assert.throws(() => ledger.extend(body, ledger.position), ProtocolError);
  assert.equal(ledger.last, 3);
});

test("sends from the newest page, and from this one where that could not be loaded", async (context) => {
  const { exchange, sync } = await page(context, ten, 2, 3, 9);
  const newest = sync.showNewest();
  assert.equal(exchange.asked.at(-1), "/rooms/7");
  const sending = sync.send({ body: "ten", nonce: "n" });
  await settled();
  assert.equal(exchange.asked.at(-1), "/rooms/7", "the message waits");
  const [, reload] = exchange.take();
  reload(Promise.reject(new Error("no connection")));
  await assert.rejects(newest);
  await settled();
  assert.equal(exchange.asked.at(-1), "/api/rooms/7/messages?after=9.a9");
  exchange.take().at(-1)({ status: 201, body: { messages: [], more: false, people: "1" } });
  await sending;
});

test("ends like every other page, wherever it began and whenever it is answered", async (context) => {
  const log = new Log(said(1), said(2), edited(3, 1, "ONE"), said(4), deleted(5, 2), said(6), edited(7, 4, "four"), said(8));
  const all = log.read(1, 8, 8).map((message) => message.seq);
  for (const [first, last, head] of places(8)) {
    for (const [polled, loaded] of [[8, 8], [head, 8], [8, head], [head, head]]) {
      for (const pollFirst of [true, false]) {
        const { clock, errors, exchange, shows, sync, timeline } = await page(context, log, first, last, head);
        const loading = sync.loadLater();
        const [poll, load] = exchange.take();
        const answers = [() => poll(log.update(head, polled)), () => load(log.span(last + 1, Math.min(last + 2, loaded), loaded))];
        for (const answer of pollFirst ? answers : answers.reverse()) {
          answer();
          await settled();
        }
        await loading;
        while (sync.isDetached) {
          const rest = sync.loadLater();
          const from = Number(exchange.asked.at(-1).split("from=")[1]);
          exchange.take().at(-1)(log.span(from, Math.min(from + 1, 8), 8));
          await rest;
        }
        await clock.pass(1_000);
        const after = Number(exchange.asked.at(-1).split("after=")[1].split(".")[0]);
        exchange.take().at(-1)(log.update(after, 8));
        await settled();
        shows(...all.filter((seq) => seq >= first));
        const texts = new Shown(log.read(first, 8, 8));
        assert.deepEqual([...timeline], [...texts], `${first} to ${last} of ${head}`);
        assert.deepEqual(errors, []);
        sync.stop();
        context.mock.restoreAll();
      }
    }
  }
});

function* places(end) {
  for (let head = 1; head <= end; head += 1) {
    for (let last = 1; last < head; last += 1) {
      for (let first = 1; first <= last; first += 1) yield [first, last, head];
    }
  }
}
