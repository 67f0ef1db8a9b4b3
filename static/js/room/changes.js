// Changes of messages: which of them the page has to show. Knows nothing of the page itself.
//
// A message is always delivered as it reads at that moment, so a change applies only if it is later than that. It may
// come while earlier messages are loaded that were read before it: what is about messages that are not on the page is
// kept until no load is in flight. What is asked for after a change reads as after it; that is for the ledger to check.
//
// An edit without a text was superseded: a later change of its message follows, with this answer or with a later one.

export class Changes {
  #changed = new Map(); // seq of a message on the page → seq of the change that it was delivered with, 0 if none
  #late = new Map(); // seq of another message → its newest change
  #loads = 0;

  // messages: what the server has rendered
  constructor(messages) {
    this.#remember(messages);
  }

  // → { messages, changes }: what entries of an update add, and the newest change of each message that they change.
  // They are appended once they are shown.
  in(entries) {
    const messages = entries.filter((entry) => !isChange(entry));
    const added = new Map(messages.map(({ seq, changed }) => [seq, changed ?? 0]));
    const shows = (about) => added.get(about) ?? this.#changed.get(about);
    const changes = entries.filter((entry) => isCurrent(entry) && entry.seq > shows(entry.about));
    return { messages, changes: [...new Map(changes.map((change) => [change.about, change])).values()] };
  }

  append(entries) {
    this.#remember(entries.filter((entry) => !isChange(entry)));
    if (this.#loads === 0) return;
    for (const change of entries.filter(isCurrent)) this.#late.set(change.about, change);
  }

  // → loaded messages as they read after what came meanwhile
  load(messages) {
    const current = messages.map((message) => afterAny(message, this.#late.get(message.seq)));
    this.#remember(current);
    return current;
  }

  // Whatever loads messages by themselves does it within this.
  async during(load) {
    this.#loads += 1;
    try {
      return await load();
    } finally {
      this.#loads -= 1;
      if (this.#loads === 0) this.#late.clear();
    }
  }

  // What precedes this one is no longer on the page.
  forgetBefore(first) {
    for (const seq of this.#changed.keys()) if (seq < first) this.#changed.delete(seq);
  }

  replace(messages) {
    this.#changed.clear();
    this.#late.clear();
    this.#remember(messages);
  }

  #remember(messages) {
    for (const { seq, changed } of messages) this.#changed.set(seq, changed ?? 0);
  }
}

// What a message reads after a change, in the words of a message.
export function reading({ seq, at, kind, by, body = "", parts, tall }) {
  const text = { changed: seq, changed_at: at, body, parts, tall };
  return kind === "deleted" ? { ...text, deleted_by: by } : text;
}

export function isChange({ kind }) {
  return kind !== undefined;
}

function isCurrent(entry) {
  return isChange(entry) && !(entry.kind === "edited" && entry.body === "");
}

function afterAny(message, change) {
  return change?.seq > (message.changed ?? 0) ? { ...message, ...reading(change) } : message;
}
