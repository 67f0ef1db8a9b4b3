// Outbox: messages, and changes of messages, that are sent and not yet acknowledged. They are sent one after the other,
// each with its own nonce, so that a repeated send is the same message. Every change of the outbox is stored first, to
// survive the page.
//
// A change has the number of the message that it is `about`, and when that was `sent_at`: a backup that is put in the
// place of the log may have another message of this number. A deletion has no body. `isFinal`: it will always be refused.
// Each has a `refusal`: null while it is to be sent, "" while its author has to decide, else the reason.

import { backoff } from "../lib/backoff.js";
import { ABOUT_MESSAGE, ACCEPTED, MESSAGE_DELETED, NO_ACCESS } from "../lib/statuses.js";

// Dispatches `change` when its messages or their refusals change.
export class Outbox extends EventTarget {
  #messages;
  #stored;
  #sync;
  #clock;
  #nonce;
  #failures = 0;
  #notBefore = 0;
  #timer = null;
  #sending = false;
  #started = false;

  // stored: { value } · sync: send(message) → answer, or throws · sent(answer) · refused(answer)
  constructor({ stored, sync, clock, nonce }) {
    super();
    this.#stored = stored;
    this.#sync = sync;
    this.#clock = clock;
    this.#nonce = nonce;
    this.#messages = stored.value ?? [];
  }

  start() {
    if (this.#started) return;
    this.#started = true;
    this.#changed();
    this.wake();
  }

  stop() {
    this.#started = false;
    this.#clock.clearTimeout(this.#timer);
  }

  get messages() {
    return this.#messages;
  }

  // The one that is sent now, or next.
  get sending() {
    return this.#messages.find(({ refusal }) => refusal === null);
  }

  // The text that a message is going to have, of the edits that are to be sent, or none.
  editOf(about) {
    return this.#messages.findLast((it) => it.about === about && it.refusal === null && !isDeletion(it))?.body;
  }

  // nonce: of a text that may have been sent already
  add(body, nonce = this.#nonce()) {
    this.#add({ nonce, body });
  }

  edit({ about, sent_at, body }) {
    this.#add({ nonce: this.#nonce(), about, sent_at, body });
  }

  delete({ about, sent_at }) {
    this.#add({ nonce: this.#nonce(), about, sent_at });
  }

  // Takes over what another page left; its author decides whether it is sent. The nonce stays, so that it is
  // one message even if it was sent from there.
  offer(messages) {
    if (messages.length === 0) return;
    this.#dropTaken();
    const offered = messages.map((message) => ({ nonce: this.#nonce(), ...message, refusal: message.refusal ?? "" }));
    this.#messages.push(...offered);
    this.#changed();
  }

  // With the same nonce, because it may have been stored; 409 says that the nonce has another text.
  retry(message) {
    this.#dropTaken();
    if (message.status === 409) message.nonce = this.#nonce();
    message.refusal = null;
    this.#changed();
    this.wake();
  }

  discard(message) {
    this.#dropTaken();
    this.#messages = this.#messages.filter((other) => other !== message);
    this.#changed();
  }

  // Try now: there is something new, or the connection is back.
  wake() {
    this.#clock.clearTimeout(this.#timer);
    const pause = this.#notBefore - this.#clock.now();
    if (pause > 0) this.#timer = this.#clock.setTimeout(() => this.#run(), pause);
    else this.#run();
  }

  #add(message) {
    this.#dropTaken();
    this.#messages.push({ ...message, refusal: null });
    this.#changed();
    this.wake();
  }

  async #run() {
    if (this.#sending) {
      // What hangs since before it was woken is tried again soon after it has failed.
      this.#failures = 0;
      return;
    }
    this.#sending = true;
    try {
      for (let message = this.#next(); message; message = this.#next()) await this.#send(message);
    } catch (error) {
      this.#waitAfter(error);
    } finally {
      this.#sending = false;
    }
  }

  #next() {
    this.#dropTaken();
    return this.#started ? this.sending : undefined;
  }

  async #send(message) {
    const answer = await this.#sync.send(message);
    this.#failures = 0;
    if (ACCEPTED.has(answer.status)) {
      message.seq = answer.body?.seq;
      this.discard(message);
      this.#sync.sent(answer);
    } else if (isDeletion(message) && answer.body?.type === MESSAGE_DELETED) {
      this.discard(message);
    } else {
      this.#refuse(message, answer);
    }
  }

  #refuse(message, answer) {
    this.#dropTaken();
    message.refusal = reasonOf(answer);
    message.status = answer.status;
    message.isFinal = ABOUT_MESSAGE.has(answer.body?.type);
    this.#changed();
    if (NO_ACCESS.has(answer.status) && !message.isFinal) this.#sync.refused(answer);
  }

  // While this page was frozen another one may have taken over what it had stored: its author decides there.
  #dropTaken() {
    const stored = new Set((this.#stored.value ?? []).map(({ nonce }) => nonce));
    const kept = this.#messages.filter(({ nonce }) => stored.has(nonce));
    if (kept.length === this.#messages.length) return;
    this.#messages = kept;
    this.dispatchEvent(new Event("change"));
  }

  #waitAfter(error) {
    this.#failures += 1;
    const wanted = error.retryAfter ?? 0;
    this.#notBefore = wanted > 0 ? this.#clock.now() + wanted : 0;
    const pause = Math.max(wanted, backoff(this.#failures, this.#clock.random));
    if (this.#started) this.#timer = this.#clock.setTimeout(() => this.#run(), pause);
  }

  #changed() {
    this.#stored.value = this.#messages.length > 0 ? this.#messages : undefined;
    this.dispatchEvent(new Event("change"));
  }
}

export function isOutgoingChange({ about }) {
  return about !== undefined;
}

export function isDeletion({ about, body }) {
  return isOutgoingChange({ about }) && body === undefined;
}

function reasonOf({ status, body }) {
  if (ABOUT_MESSAGE.has(body?.type)) return body.detail;
  if (status === 401) return "You were logged out.";
  if (status === 403) return "You were not in the room.";
  return body?.detail || body?.title || `The server answered ${status}.`;
}
