// The room's messages on the page: seq 1, 2, 3 … in order and without a hole, or a Fault.
//
// Nothing here trusts the order in which answers arrive: each is checked against the position it
// was asked with, and against the tags of what is shown.

import { Fault } from "../lib/fault.js";

export class Log {
  #element;
  #news;
  #history;
  #messages;
  #reader;
  #seq;
  #cursor;
  #first; // the number of the first message shown, 1 when there is none
  #tags = new Map(); // number → tag, of all that are shown
  #era = 0;

  constructor({ element, messages, reader, cursor }) {
    this.#element = element;
    this.#history = element.querySelector(".log__history");
    this.#news = element.querySelector(".log__news");
    this.#messages = messages;
    this.#reader = reader;
    this.#begin(cursor);
  }

  start() {
    this.#messages.dress(this.#all());
    this.#element.addEventListener("copy", copyPlainly);
    this.#reader.start();
  }

  stop() {
    this.#element.removeEventListener("copy", copyPlainly);
    this.#reader.stop();
  }

  // What an answer must be checked against. Positions from before a reload are of another era.
  get position() {
    return { cursor: this.#cursor, seq: this.#seq, era: this.#era };
  }

  get firstSeq() {
    return this.#first;
  }

  // To be called now and then.
  keepTime() {
    this.#messages.keepTime(this.#all());
  }

  append(messages, asked) {
    if (asked.era !== this.#era) return;
    requireGapless(messages, asked.seq + 1);
    messages.forEach((message) => this.#requireSame(message));
    const fresh = messages.filter(({ seq }) => seq > this.#seq);
    if (fresh.length === 0) return;
    const added = this.#messages.build(fresh, this.#all().at(-1));
    this.#forgetEmptiness();
    this.#news.append(added);
    this.#remember(fresh);
    this.#moveTo(`${fresh.at(-1).seq}.${fresh.at(-1).tag}`);
    this.#reader.added();
  }

  // `meanwhile` is for what else changes above the reader.
  prepend(messages, meanwhile) {
    if (messages.length === 0) return meanwhile();
    const first = this.#element.querySelector("[data-seq]");
    requireGapless(messages, this.#first - messages.length);
    this.#remember(messages);
    this.#first = messages[0].seq;
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
    this.#begin(cursor);
    this.#messages.dress(this.#all());
    this.#reader.added();
  }

  // With what the server rendered.
  #begin(cursor) {
    const shown = this.#all().map(({ dataset }) => ({ seq: Number(dataset.seq), tag: dataset.tag }));
    this.#tags.clear();
    this.#remember(shown);
    this.#first = shown[0]?.seq ?? 1;
    this.#moveTo(cursor);
  }

  #remember(messages) {
    for (const { seq, tag } of messages) this.#tags.set(seq, tag);
  }

  #moveTo(cursor) {
    this.#cursor = cursor;
    this.#seq = Number(cursor.split(".")[0]);
  }

  #all() {
    return [...this.#element.querySelectorAll("[data-seq]")];
  }

  #requireSame({ seq, tag }) {
    if (this.#tags.has(seq) && this.#tags.get(seq) !== tag) throw new Fault(`another message at ${seq}`);
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

// Who said it and when is copied along with each message. A copy with styles would hide it again wherever
// the page does.
function copyPlainly(event) {
  event.clipboardData.setData("text/plain", event.currentTarget.ownerDocument.getSelection().toString());
  event.preventDefault();
}
