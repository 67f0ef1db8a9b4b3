// Editing: the text of one's own message, in the message box until it is saved or given up. What was in the box before
// stays the draft.

// Dispatches `change` when an edit begins or ends.
export class Editing extends EventTarget {
  #stored;
  #sync;
  #outbox;
  #timeline;
  #connection;
  #about; // of the edit
  #wanted; // the message whose text is being loaded, until its author does something else

  // stored: { value }, of an edit { about, body, original }, which survives the page
  constructor({ stored, sync, outbox, timeline, connection }) {
    super();
    this.#stored = stored;
    this.#sync = sync;
    this.#outbox = outbox;
    this.#timeline = timeline;
    this.#connection = connection;
    this.#about = stored.value?.about;
  }

  start() {
    this.#listen("addEventListener");
    this.#dropDeleted();
  }

  stop() {
    this.#listen("removeEventListener");
    this.callOff();
  }

  get isOn() {
    return this.#about !== undefined;
  }

  // While this page was frozen another one may have taken over what it had stored: it is saved there or not at all.
  get isTaken() {
    return this.isOn && this.#stored.value === undefined;
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
    if (this.#wanted) return;
    const wanted = (this.#wanted = { about });
    try {
      const original = this.#outbox.editOf(about) ?? (await this.#sync.textOf(about));
      if (this.#wanted !== wanted) return;
      this.#connection.show("");
      this.resume({ about, body: original, original });
    } catch {
      if (this.#wanted === wanted) this.#connection.show("The message could not be loaded. Please try again.");
    } finally {
      if (this.#wanted === wanted) this.callOff();
    }
  }

  // Whoever does something else meanwhile goes on with that.
  callOff() {
    this.#wanted = undefined;
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
    // What is on its way is what it will read.
    if (body !== (this.#outbox.editOf(about) ?? original)) this.#outbox.edit(about, body);
    this.#change(undefined);
  }

  giveUp() {
    this.#change(undefined);
  }

  // Ends it for something else; what was not saved goes where its author can still save it.
  setAside(refusal) {
    if (!this.isOn) return;
    const { about, body, original } = this.#stored.value ?? {};
    if (body !== original) this.#outbox.offer([{ about, body, ...refusal }]);
    this.#change(undefined);
  }

  #listen(change) {
    for (const type of ["change", "extend", "replace"]) this.#timeline[change](type, this.#dropDeleted);
  }

  // What can no longer be saved may still be sent.
  #dropDeleted = () => {
    if (!this.isOn || !this.#timeline.isDeleted(this.#about)) return;
    this.setAside({ refusal: "This message was deleted.", isFinal: true });
  };

  #change(value) {
    this.#about = value?.about;
    this.#stored.value = value;
    this.dispatchEvent(new Event("change"));
  }
}
