// The room's messages on the page: seq 1, 2, 3 … in order and without a hole, or a Fault.
//
// Nothing here trusts the order in which answers arrive: each is checked against the position it
// was asked with.

import { Fault } from "./fault.js";
import { bodyOf } from "./messages.js";

export class Log {
  #element;
  #news;
  #history;
  #messages;
  #reader;
  #seq;
  #cursor;
  #era = 0;

  constructor({ element, messages, reader, cursor }) {
    this.#element = element;
    this.#history = element.querySelector(".log__history");
    this.#news = element.querySelector(".log__news");
    this.#messages = messages;
    this.#reader = reader;
    this.#moveTo(cursor);
  }

  start() {
    this.#messages.dress(this.#all());
    this.#reader.start();
  }

  stop() {
    this.#reader.stop();
  }

  // What an answer must be checked against. Positions from before a reload are of another era.
  get position() {
    return { cursor: this.#cursor, seq: this.#seq, era: this.#era };
  }

  get firstSeq() {
    return Number(this.#element.querySelector("[data-seq]")?.dataset.seq ?? 1);
  }

  append(messages, asked) {
    if (asked.era !== this.#era) return;
    requireGapless(messages, asked.seq + 1);
    messages.filter(({ seq }) => seq <= this.#seq).forEach((message) => this.#requireSame(message));
    const fresh = messages.filter(({ seq }) => seq > this.#seq);
    if (fresh.length === 0) return;
    const added = this.#messages.build(fresh, this.#all().at(-1));
    this.#forgetEmptiness();
    this.#news.append(added);
    this.#moveTo(`${fresh.at(-1).seq}.${fresh.at(-1).tag}`);
    this.#reader.added();
  }

  // `meanwhile` is for what else changes above the reader.
  prepend(messages, meanwhile) {
    if (messages.length === 0) return meanwhile();
    const first = this.#element.querySelector("[data-seq]");
    requireGapless(messages, this.firstSeq - messages.length);
    const added = this.#messages.build(messages);
    const last = [...added.querySelectorAll("[data-seq]")].at(-1);
    this.#reader.keep(first, () => {
      const separator = first.previousElementSibling;
      (separator?.classList.contains("day") ? separator : first).before(added);
      this.#messages.arrange(first, last);
      meanwhile();
    });
  }

  // Another history takes the place of this one; nobody is told of its messages one by one.
  replace(history, cursor) {
    this.#era += 1;
    this.#history.replaceChildren(...history.childNodes);
    this.#news.replaceChildren();
    this.#moveTo(cursor);
    this.#messages.dress(this.#all());
    this.#reader.added();
  }

  #moveTo(cursor) {
    this.#cursor = cursor;
    this.#seq = Number(cursor.split(".")[0]);
  }

  #all() {
    return [...this.#element.querySelectorAll("[data-seq]")];
  }

  #requireSame(message) {
    const known = this.#element.querySelector(`[data-seq="${message.seq}"]`);
    if (!known) return;
    if (known.dataset.tag !== message.tag || bodyOf(known) !== message.body) {
      throw new Fault(`another text at ${message.seq}`);
    }
  }

  #forgetEmptiness() {
    this.#element.querySelector(".log__none")?.remove();
  }
}

function requireGapless(messages, start) {
  messages.forEach(({ seq }, index) => {
    if (seq !== start + index) throw new Fault(`${seq} where ${start + index} was due`);
  });
}
