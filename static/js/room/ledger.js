// Ledger of a room's log: the cursor, and the tag of every entry that is loaded, numbered without a gap.
// Knows nothing of the page. Answers may come in any order: each is checked against the position it was asked
// with, and against the tags known already.

import { ProtocolError } from "../lib/protocol_error.js";

export class Ledger {
  #cursor;
  #seq; // of the cursor
  #first;
  #tags = new Map(); // seq → tag
  #generation = 0;

  // cursor, entries: what the server has rendered, from one snapshot
  constructor(rendered) {
    this.#begin(rendered);
  }

  // What an answer is checked against. A replacement of the history begins another generation.
  get position() {
    return { cursor: this.#cursor, seq: this.#seq, generation: this.#generation };
  }

  // The seq of the first entry, 1 when there is none.
  get first() {
    return this.#first;
  }

  get hasEarlier() {
    return this.#first > 1;
  }

  // → the new ones of an answer's entries; throws a ProtocolError. They are appended once they are shown: if that
  // fails, the next answer has them again.
  following(entries, asked) {
    if (asked.generation !== this.#generation) return [];
    requireGapless(entries, asked.seq + 1);
    for (const { seq, tag } of entries) {
      if ((this.#tags.get(seq) ?? tag) !== tag) throw new ProtocolError(`another entry at ${seq}`);
    }
    return entries.filter(({ seq }) => seq > this.#seq);
  }

  append(entries) {
    if (entries.length === 0) return;
    this.#remember(entries);
    this.#moveTo(`${entries.at(-1).seq}.${entries.at(-1).tag}`);
  }

  prepend(entries) {
    requireGapless(entries, this.#first - entries.length);
    this.#remember(entries);
    this.#first -= entries.length;
  }

  replace(rendered) {
    this.#generation += 1;
    this.#tags.clear();
    this.#begin(rendered);
  }

  #begin({ cursor, entries }) {
    this.#first = entries[0]?.seq ?? 1;
    this.#remember(entries);
    this.#moveTo(cursor);
  }

  #remember(entries) {
    for (const { seq, tag } of entries) this.#tags.set(seq, tag);
  }

  #moveTo(cursor) {
    this.#cursor = cursor;
    this.#seq = Number(cursor.split(".")[0]);
  }
}

function requireGapless(entries, start) {
  entries.forEach(({ seq }, index) => {
    if (seq !== start + index) throw new ProtocolError(`${seq} where ${start + index} was due`);
  });
}
