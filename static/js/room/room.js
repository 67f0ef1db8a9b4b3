// The room page: makes its parts and wires them to each other, and leaves when it must. Everything it needs
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
  #room;
  #page;
  #window;
  #departure;
  #unsent;
  #siblings;
  #composer;
  #outbox;
  #parts;
  #leaving = false;

  constructor({ main, departure, requests, unsent, siblings, clock, times, nonce, window }) {
    const { document, ResizeObserver } = window;
    const { room, person, cursor } = main.dataset;
    const part = (selector) => main.querySelector(selector);
    const page = `/rooms/${room}`;
    const { draft, outbox: keepsake } = unsent.of(room, siblings.name);

    const element = part(".log");
    const reader = new Reader({ log: element, button: part(".talk__new"), ResizeObserver });
    const messages = new Messages({ template: part(".message-template"), times, person, document });
    const timeline = new Timeline({ element, messages, reader });
    const ledger = new Ledger({ cursor, entries: entriesOf(element) });
    const people = new People({ element: part(".people"), url: `${page}/people`, requests });
    const connection = new Connection({ page: main, window, reconnected: () => outbox.wake() });
    const shown = { ledger, timeline, people, connection };
    const conversation = new Conversation({ page, ...shown, requests, clock, window, delegate: this });
    const outbox = new Outbox({ keepsake, conversation, clock, nonce });
    const touch = window.matchMedia("(pointer: coarse)");
    const composer = new Composer({ form: part(".composer"), draft, touch, outbox, reader, clock });
    new OutboxList({ list: part(".outbox"), template: part(".outbox-template"), outbox, composer });
    const earlier = new Earlier({ root: element, conversation, connection });

    this.#main = main;
    this.#room = room;
    this.#page = page;
    this.#window = window;
    this.#departure = departure;
    this.#unsent = unsent;
    this.#siblings = siblings;
    this.#composer = composer;
    this.#outbox = outbox;
    this.#parts = [siblings, timeline, earlier, composer, outbox, connection, conversation];
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

  // What pages left behind that are open no more. A draft goes on in the box, if that is empty.
  async #inherit() {
    const others = await this.#siblings.findOthers();
    if (this.#leaving) return;
    const isGone = (page) => page !== this.#siblings.name && !others.has(page);
    const { drafts, entries } = this.#unsent.take(this.#room, isGone);
    if (drafts.length > 0 && this.#composer.goOn(drafts[0])) drafts.shift();
    this.#outbox.offer([...entries, ...drafts.map((body) => ({ body }))]);
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
}
