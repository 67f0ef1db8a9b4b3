// Ledger of a room's log: the cursor, and the tags of the entries that came in answers. Messages and changes are
// numbered together, without a gap; what the server has rendered comes before the cursor, whose tag stands for all of
// it. Knows nothing of the page. Answers may come in any order: each is checked against the position it was asked with,
// and against the tags known already.
//
// What is loaded is detached where it does not reach to the cursor: the cursor goes on, since there may be changes of
// what is loaded, and what is loaded grows by itself until it reaches there.

import { ProtocolError } from "../lib/protocol_error.js";

export class Ledger {
  #cursor;
  #seq; // of the cursor
  #first;
  #last;
  #tags = new Map(); // seq → tag
  #generation = 0;

  // cursor, first, last (the numbers that it begins and ends with): what the server has rendered, from one snapshot
  constructor(rendered) {
    this.#begin(rendered);
  }

  // What an answer is checked against. A replacement of the history begins another generation.
  get position() {
    return { cursor: this.#cursor, seq: this.#seq, generation: this.#generation };
  }

  // The number that what is loaded begins with, 1 when there is nothing.
  get first() {
    return this.#first;
  }

  get hasEarlier() {
    return this.#first > 1;
  }

  // The number up to which all is loaded. It may be beyond the cursor: then it was loaded since the last update.
  get last() {
    return this.#last;
  }

  get isDetached() {
    return this.#last < this.#seq;
  }

  // → the new ones of an answer's entries; throws a ProtocolError. They are appended once they are shown: if that
  // fails, the next answer has them again.
  following(entries, asked) {
    if (asked.generation !== this.#generation) return [];
    requireGapless(entries, asked.seq + 1);
    this.#requireSame(entries);
    return entries.filter(({ seq }) => seq > this.#seq);
  }

  append(entries) {
    if (entries.length === 0) return;
    const head = entries.at(-1);
    this.#remember(this.isDetached ? [head] : entries);
    if (!this.isDetached) this.#last = Math.max(this.#last, head.seq);
    this.#moveTo(`${head.seq}.${head.tag}`);
  }

  // What precedes the first: the messages among the entries `first` to `last`, read when the log ended with `as_of`,
  // which was not before it was asked for. Throws a ProtocolError.
  prepend(span, asked) {
    if (span.last !== this.#first - 1) throw new ProtocolError(`up to ${span.last} before ${this.#first}`);
    this.#load(span, asked);
    this.#first = span.first;
  }

  // What follows the last, likewise, while there is something.
  extend(span, asked) {
    if (span.first !== this.#last + 1) throw new ProtocolError(`from ${span.first} after ${this.#last}`);
    this.#load(span, asked);
    this.#last = span.last;
  }

  // What precedes this one is no longer on the page.
  forgetBefore(first) {
    for (let seq = this.#first; seq < first; seq += 1) this.#tags.delete(seq);
    this.#first = first;
  }

  replace(rendered) {
    this.#generation += 1;
    this.#tags.clear();
    this.#begin(rendered);
  }

  #begin({ cursor, first, last }) {
    this.#first = first;
    this.#moveTo(cursor);
    this.#last = last ?? this.#seq;
    this.#remember([entryAt(cursor)]);
  }

  #load({ messages, first, last, as_of }, asked) {
    const head = entryAt(as_of);
    if (first > last || last > head.seq) throw new ProtocolError(`${first} to ${last} of ${head.seq}`);
    if (head.seq < asked.seq) throw new ProtocolError(`read at ${head.seq}, asked for at ${asked.seq}`);
    requireWithin(messages, first, last);
    this.#requireSame([...messages, head]);
    this.#remember(messages);
  }

  #requireSame(entries) {
    for (const { seq, tag } of entries) {
      if ((this.#tags.get(seq) ?? tag) !== tag) throw new ProtocolError(`another entry at ${seq}`);
    }
  }

  #remember(entries) {
    for (const { seq, tag } of entries) this.#tags.set(seq, tag);
  }

  #moveTo(cursor) {
    this.#cursor = cursor;
    this.#seq = entryAt(cursor).seq;
  }
}

function entryAt(cursor) {
  const [seq, tag] = cursor.split(".");
  return { seq: Number(seq), tag };
}

// In order, and nothing outside.
function requireWithin(entries, first, last) {
  let previous = first - 1;
  for (const { seq } of [...entries, { seq: last + 1 }]) {
    if (!(seq > previous)) throw new ProtocolError(`${seq} after ${previous}`);
    previous = seq;
  }
}

function requireGapless(entries, start) {
  entries.forEach(({ seq }, index) => {
    if (seq !== start + index) throw new ProtocolError(`${seq} where ${start + index} was due`);
  });
}
