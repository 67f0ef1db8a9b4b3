// The room page: introduces its parts to each other, and leaves when it must. Everything it needs
// from the browser is passed in.

import { Connection } from "../lib/connection.js";
import { ENDED } from "../lib/requests.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { Earlier } from "./earlier.js";
import { Ledger } from "./ledger.js";
import { Messages } from "./messages.js";
import { Outbox } from "./outbox.js";
import { OutboxList } from "./outbox_list.js";
import { People } from "./people.js";
import { Reader } from "./reader.js";
import { Timeline, entriesOf } from "./timeline.js";

export class Room {
  #main;
  #page;
  #window;
  #room;
  #unsent;
  #siblings;
  #reader;
  #timeline;
  #connection;
  #departure;
  #conversation;
  #earlier;
  #composer;
  #outbox;
  #outboxList;
  #leaving = false;

  constructor({ main, departure, requests, unsent, siblings, clock, times, nonce, window }) {
    const { document, ResizeObserver } = window;
    const { room, person, cursor } = main.dataset;
    const part = (selector) => main.querySelector(selector);
    const delegate = this;
    this.#main = main;
    this.#page = `/rooms/${room}`;
    this.#departure = departure;
    this.#window = window;
    this.#room = room;
    this.#unsent = unsent;
    this.#siblings = siblings;

    const { draft, outbox } = unsent.of(room, siblings.name);
    const log = part(".log");
    const messages = new Messages({ template: part(".message-template"), times, person, document });
    const people = new People({ element: part(".people"), url: `${this.#page}/people`, requests });
    this.#reader = new Reader({ log, button: part(".talk__new"), ResizeObserver });
    const ledger = new Ledger({ cursor, entries: entriesOf(log) });
    this.#timeline = new Timeline({ element: log, messages, reader: this.#reader });
    this.#connection = new Connection({ page: main, window, delegate });
    const given = { page: this.#page, people, requests, connection: this.#connection, clock, window, delegate };
    this.#conversation = new Conversation({ ...given, ledger, timeline: this.#timeline });
    this.#earlier = new Earlier({ root: log, conversation: this.#conversation, connection: this.#connection });
    const touch = window.matchMedia("(pointer: coarse)");
    this.#composer = new Composer({ form: part(".composer"), draft, touch, clock, delegate });
    this.#outboxList = new OutboxList({ list: part(".outbox"), template: part(".outbox-template"), delegate });
    this.#outbox = new Outbox({ keepsake: outbox, delegate, clock, nonce });
  }

  // Lifecycle

  start() {
    this.#main.classList.add("room--live");
    for (const part of this.#parts) part.start();
    this.#inherit();
  }

  stop() {
    for (const part of this.#parts) part.stop();
  }

  get #parts() {
    const page = [this.#siblings, this.#timeline, this.#earlier, this.#composer, this.#outbox];
    return [...page, this.#connection, this.#conversation];
  }

  // What pages left behind that are open no more. A draft goes on in the box, if that is empty.
  async #inherit() {
    const others = await this.#siblings.findOthers();
    if (this.#leaving) return;
    const isGone = (page) => page !== this.#siblings.name && !others.has(page);
    const { drafts, entries } = this.#unsent.take(this.#room, isGone);
    if (drafts.length > 0 && this.#composer.goOn(drafts[0])) drafts.shift();
    this.#outbox.offer([...entries, ...drafts.map((body) => ({ body }))]);
  }

  // Connection's delegate

  reconnected() {
    this.#outbox.wake();
  }

  // Conversation's delegate

  // Not in this room any more: its own address says why. What was not sent stays for the way back,
  // and where no way leads back the list shows it.
  refused({ status }) {
    if (this.#leaving || this.#departure.underway) return;
    this.#leaving = true;
    this.stop();
    if (ENDED.has(status)) this.#unsent.handOver(this.#room, (page) => page === this.#siblings.name);
    this.#window.location.replace(this.#page);
  }

  // Composer's, outbox's and outbox list's delegate

  written(text, nonce) {
    this.#reader.toEnd();
    this.#outbox.add(text, nonce);
  }

  send(entry) {
    return this.#conversation.send(entry);
  }

  sent(answer) {
    this.#conversation.sent(answer);
  }

  outboxChanged(entries) {
    this.#outboxList.show(entries);
  }

  retry(entry) {
    this.#outbox.retry(entry);
  }

  edit(entry) {
    this.#outbox.discard(entry);
    this.#composer.giveBack(entry.body);
  }

  discard(entry) {
    this.#outbox.discard(entry);
  }
}
