// Editing: the text of one's own message, in the message box until it is saved or given up. What was in the box before
// stays the draft.

// Dispatches `change` when an edit begins or ends.
export class Editing extends EventTarget {
  #stored;
  #sync;
  #outbox;
  #timeline;
  #connection;
  #loading = false;

  // stored: { value }, of an edit { about, body, original }, which survives the page
  constructor({ stored, sync, outbox, timeline, connection }) {
    super();
    this.#stored = stored;
    this.#sync = sync;
    this.#outbox = outbox;
    this.#timeline = timeline;
    this.#connection = connection;
  }

  get isOn() {
    return this.#stored.value !== undefined;
  }

  get text() {
    return this.#stored.value.body;
  }

  set text(body) {
    this.#stored.value = { ...this.#stored.value, body };
  }

  // Actions

  async begin(about) {
    if (this.#stored.value?.about === about) return this.#change(this.#stored.value);
    if (this.#loading) return;
    this.#loading = true;
    try {
      const original = await this.#sync.textOf(about);
      this.#connection.show("");
      this.resume({ about, body: original, original });
    } catch {
      this.#connection.show("The message could not be loaded. Please try again.");
    } finally {
      this.#loading = false;
    }
  }

  // The newest of one's own → whether it is on the page
  beginLast() {
    const about = this.#sync.isDetached ? undefined : this.#timeline.newestOwn;
    if (about !== undefined) this.begin(about);
    return about !== undefined;
  }

  // With a text that was not saved.
  resume({ about, body, original }) {
    this.setAside();
    this.#change({ about, body, original });
  }

  save(body) {
    const { about, original } = this.#stored.value;
    if (body !== original) this.#outbox.edit(about, body);
    this.#change(undefined);
  }

  giveUp() {
    this.#change(undefined);
  }

  // Ends it for something else; what was not saved goes where its author can still save it.
  setAside() {
    if (!this.isOn) return;
    const { about, body, original } = this.#stored.value;
    if (body !== original) this.#outbox.offer([{ about, body }]);
    this.#change(undefined);
  }

  #change(value) {
    this.#stored.value = value;
    this.dispatchEvent(new Event("change"));
  }
}
