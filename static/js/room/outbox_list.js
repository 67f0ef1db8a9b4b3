// View of the outbox: each message stands after the log as it will stand in it, until it stands there. Of a change there
// is nothing to see unless it is refused.

import { isOutgoingChange, isDeletion } from "./outbox.js";
import { isTall } from "./texts.js";

const PATIENCE_MS = 1_000;

export class OutboxList {
  #list;
  #state;
  #template;
  #outbox;
  #composer;
  #editing;
  #messages;
  #timeline;
  #clock;
  #rows = new Map();
  #sending;
  #timer = null;

  constructor({ list, template, outbox, composer, editing, messages, timeline, clock }) {
    this.#list = list;
    this.#state = list.querySelector(".outbox__state");
    this.#template = template;
    this.#outbox = outbox;
    this.#composer = composer;
    this.#editing = editing;
    this.#messages = messages;
    this.#timeline = timeline;
    this.#clock = clock;
    outbox.addEventListener("change", () => this.#show());
    timeline.addEventListener("append", ({ detail }) => this.#appended(detail));
    timeline.addEventListener("extend", () => this.#show());
    timeline.addEventListener("replace", () => this.#replaced());
  }

  #show() {
    // One that is acknowledged stays until it is in the log, which may take more than one answer.
    const shown = this.#outbox.messages.filter(hasRow);
    this.#removeAll((message) => !shown.includes(message) && !this.#isExpected(message));
    for (const message of shown) this.#update(this.#rows.get(message) ?? this.#add(message), message);
    this.#arrange();
    this.#announce();
  }

  // A poll may bring a message before its own answer does, which then says its seq.
  #appended({ messages }) {
    const { sending } = this.#outbox;
    const acknowledged = new Set([...this.#rows.keys()].map(({ seq }) => seq));
    const isSent = (it) => this.#messages.isMine(it) && it.body === sending.body && !acknowledged.has(it.seq);
    if (sending && !isOutgoingChange(sending) && messages.some(isSent)) this.#hide(this.#rows.get(sending));
    this.#show();
  }

  #replaced() {
    this.#removeAll((message) => !this.#outbox.messages.includes(message));
    this.#arrange();
  }

  // Whether it is acknowledged, and not in the log yet.
  #isExpected(message) {
    return !isOutgoingChange(message) && message.seq > this.#timeline.newest;
  }

  #add(message) {
    const { body = "" } = message;
    const row = this.#messages.buildPending(body, { tall: isTall(body), at: this.#clock.date() });
    row.append(this.#template.content.cloneNode(true));
    const listen = (button, act) => row.querySelector(`.refusal__${button}`).addEventListener("click", act);
    listen("retry", () => this.#outbox.retry(message));
    listen("edit", () => this.#edit(message));
    listen("discard", () => this.#outbox.discard(message));
    const link = row.querySelector(".refusal__message");
    link.hidden = !isOutgoingChange(message);
    link.href = `?at=${message.about}#m${message.about}`;
    this.#state.before(row);
    this.#timeline.removeNote();
    this.#rows.set(message, row);
    return row;
  }

  // What can no longer be saved may still be sent.
  #edit(message) {
    this.#outbox.discard(message);
    if (isOutgoingChange(message) && !message.isFinal) this.#editing.resume(message);
    else this.#composer.restore(message.body);
  }

  #update(row, message) {
    const { refusal, isFinal = false } = message;
    const refused = refusal !== null;
    const [send, sent] = wordsFor(message);
    const [reason, retry, edit] = ["reason", "retry", "edit"].map((name) => row.querySelector(`.refusal__${name}`));
    const text = refusal ? `Not ${sent}: ${refusal}` : refused ? `Not ${sent}` : "";
    if (reason.textContent !== text) reason.textContent = text;
    row.classList.toggle("message--refused", refused);
    retry.textContent = refusal === "" ? send : "Retry";
    retry.hidden = isFinal;
    edit.hidden = isDeletion(message);
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
    const isEmpty = this.#rows.size + this.#outbox.messages.length === 0;
    if (this.#list.hidden !== isEmpty) this.#list.hidden = isEmpty;
  }

  // Only what takes long is worth a word.
  #announce() {
    const next = this.#outbox.sending;
    const isShown = next && (isOutgoingChange(next) || !this.#rows.get(next)?.hidden);
    const sending = isShown ? next : undefined;
    if (sending === this.#sending) return;
    this.#sending = sending;
    this.#state.textContent = "";
    this.#clock.clearTimeout(this.#timer);
    if (!sending) return;
    const [, , doing] = wordsFor(sending);
    this.#timer = this.#clock.setTimeout(() => (this.#state.textContent = doing), PATIENCE_MS);
  }
}

// A change has none while it is to be sent.
function hasRow(message) {
  return !isOutgoingChange(message) || message.refusal !== null;
}

function wordsFor(message) {
  if (isDeletion(message)) return ["Delete", "deleted", "deleting…"];
  return isOutgoingChange(message) ? ["Save", "saved", "saving…"] : ["Send", "sent", "sending…"];
}
