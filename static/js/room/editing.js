// Editing: the text of one's own message, in the message box until it is saved or given up. What was in the box before
// stays the draft.

// Dispatches `change` when an edit begins or ends.
export class Editing extends EventTarget {
  #stored;
  #sync;
  #outbox;
  #timeline;
  #connection;
  #about; // of the edit, and
  #sentAt; // when that message was sent: in another history the number may be of another message
  #wanted; // the message whose text is being loaded, until its author does something else

  // stored: { value }, of an edit { about, sent_at, body, original }, which survives the page
  constructor({ stored, sync, outbox, timeline, connection }) {
    super();
    this.#stored = stored;
    this.#sync = sync;
    this.#outbox = outbox;
    this.#timeline = timeline;
    this.#connection = connection;
    this.#remember(stored.value);
  }

  start() {
    for (const type of ["extend", "replace"]) this.#timeline.addEventListener(type, () => this.#dropLost());
    this.#timeline.addEventListener("change", ({ detail }) => this.#changed(detail.change));
    this.#dropLost();
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
    const wanted = (this.#wanted = { about, sent_at: this.#timeline.sentAt(about) });
    try {
      const original = this.#outbox.editOf(about) ?? (await this.#sync.textOf(about));
      if (this.#wanted !== wanted) return;
      this.#connection.show("");
      this.resume({ ...wanted, body: original, original });
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
  resume({ about, sent_at, body, original }) {
    this.setAside();
    this.#change({ about, sent_at, body, original });
  }

  save(body) {
    const { about, sent_at, original } = this.#stored.value;
    // What is on its way is what it will read.
    if (body !== (this.#outbox.editOf(about) ?? original)) this.#outbox.edit({ about, sent_at, body });
    this.#change(undefined);
  }

  giveUp() {
    this.#change(undefined);
  }

  // Ends it for something else; what was not saved goes where its author can still save it.
  setAside(refusal) {
    if (!this.isOn) return;
    const { original, ...edit } = this.#stored.value ?? {};
    if (edit.body !== original) this.#outbox.offer([{ ...edit, ...refusal }]);
    this.#change(undefined);
  }

  // Ends it where another page took it over; what its author has typed here goes on nowhere else.
  leaveTo(body) {
    if (body !== "") this.#outbox.offer([{ about: this.#about, sent_at: this.#sentAt, body }]);
    this.#change(undefined);
  }

  // What can no longer be saved may still be sent.
  #dropLost() {
    if (!this.isOn) return;
    const there = this.#timeline.sentAt(this.#about);
    const isAnother = this.#sentAt !== undefined && there !== undefined && there !== this.#sentAt;
    if (this.#timeline.isDeleted(this.#about)) this.setAside({ refusal: "This message was deleted.", isFinal: true });
    else if (isAnother) this.setAside({ refusal: "This message is no longer there.", isFinal: true });
  }

  // Edited by its author elsewhere, whose words there are not to be lost for those here. What was saved here before is what
  // this edit began with.
  #changed({ about, kind, body }) {
    if (!this.isOn || about !== this.#about) return;
    if (kind === "deleted") this.#dropLost();
    else if (body !== this.#stored.value?.original) this.setAside({ refusal: "This message was edited meanwhile." });
  }

  #remember(edit) {
    this.#about = edit?.about;
    this.#sentAt = edit?.sent_at;
  }

  #change(value) {
    this.#remember(value);
    this.#stored.value = value;
    this.dispatchEvent(new Event("change"));
  }
}
