// View of the outbox: each message stands after the log as it will stand in it, until it stands there.

import { isTall } from "./texts.js";

const PATIENCE_MS = 1_000;

export class OutboxList {
  #list;
  #state;
  #template;
  #outbox;
  #composer;
  #messages;
  #timeline;
  #clock;
  #rows = new Map();
  #sending;
  #timer = null;

  constructor({ list, template, outbox, composer, messages, timeline, clock }) {
    this.#list = list;
    this.#state = list.querySelector(".outbox__state");
    this.#template = template;
    this.#outbox = outbox;
    this.#composer = composer;
    this.#messages = messages;
    this.#timeline = timeline;
    this.#clock = clock;
    outbox.addEventListener("change", () => this.#show());
    timeline.addEventListener("append", ({ detail }) => this.#appended(detail));
    timeline.addEventListener("replace", () => this.#replaced());
  }

  #show() {
    // One that is acknowledged stays until it is in the log, which may take more than one answer.
    this.#removeAll((message) => !this.#isInOutbox(message) && !(message.seq > this.#timeline.newest));
    for (const message of this.#outbox.messages) this.#update(this.#rows.get(message) ?? this.#add(message), message);
    this.#arrange();
    this.#announce();
  }

  // A poll may bring a message before its own answer does, which then says its seq.
  #appended({ messages }) {
    const { sending } = this.#outbox;
    const acknowledged = new Set([...this.#rows.keys()].map(({ seq }) => seq));
    const isSent = (it) => this.#messages.isMine(it) && it.body === sending?.body && !acknowledged.has(it.seq);
    if (messages.some(isSent)) this.#hide(this.#rows.get(sending));
    this.#show();
  }

  #replaced() {
    this.#removeAll((message) => !this.#isInOutbox(message));
    this.#arrange();
  }

  #isInOutbox(message) {
    return this.#outbox.messages.includes(message);
  }

  #add(message) {
    const { body } = message;
    const row = this.#messages.buildPending(body, { tall: isTall(body), at: this.#clock.date() });
    row.append(this.#template.content.cloneNode(true));
    const listen = (button, act) => row.querySelector(`.refusal__${button}`).addEventListener("click", act);
    listen("retry", () => this.#outbox.retry(message));
    listen("edit", () => this.#edit(message));
    listen("discard", () => this.#outbox.discard(message));
    this.#state.before(row);
    this.#timeline.removeNote();
    this.#rows.set(message, row);
    return row;
  }

  #edit(message) {
    this.#outbox.discard(message);
    this.#composer.restore(message.body);
  }

  #update(row, { refusal }) {
    const refused = refusal !== null;
    const reason = row.querySelector(".refusal__reason");
    const text = refusal ? `Not sent: ${refusal}` : refused ? "Not sent" : "";
    if (reason.textContent !== text) reason.textContent = text;
    row.classList.toggle("message--refused", refused);
    row.querySelector(".refusal__retry").textContent = refusal === "" ? "Send" : "Retry";
    if (refused) row.hidden = false;
    else this.#keepFocus(row.querySelector(".refusal__actions"));
    row.querySelector(".refusal__actions").hidden = !refused;
  }

  #removeAll(isOver) {
    for (const [message, row] of this.#rows) {
      if (!isOver(message)) continue;
      this.#hide(row);
      this.#messages.forget(row);
      row.remove();
      this.#rows.delete(message);
    }
  }

  #hide(row) {
    this.#keepFocus(row);
    row.hidden = true;
  }

  // What is about to be hidden would lose it.
  #keepFocus(element) {
    if (element.matches(":focus-within")) this.#composer.takeFocus();
  }

  // In groups, as in the log.
  #arrange() {
    let previous = this.#timeline.last;
    for (const row of this.#rows.values()) {
      this.#messages.group(row, previous);
      if (!row.hidden) previous = row;
    }
    if (this.#list.hidden !== (this.#rows.size === 0)) this.#list.hidden = !this.#list.hidden;
  }

  // Only what takes long is worth a word.
  #announce() {
    const next = this.#outbox.sending;
    const sending = this.#rows.get(next)?.hidden ? undefined : next;
    if (sending === this.#sending) return;
    this.#sending = sending;
    this.#state.textContent = "";
    this.#clock.clearTimeout(this.#timer);
    if (sending) this.#timer = this.#clock.setTimeout(() => (this.#state.textContent = "sending…"), PATIENCE_MS);
  }
}
