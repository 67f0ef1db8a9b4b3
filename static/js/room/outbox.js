// What has been written and not yet acknowledged. Sent one after the other, each under its own
// nonce, so that a repeated send is the same message. Outlives the page: every change is kept first.
//
// An entry has a `refusal`: null while it is on its way, "" while it waits to be told, else why not.

import { backoff } from "../lib/backoff.js";
import { GONE } from "../lib/requests.js";

const DONE = new Set([200, 201]);

// Dispatches `change`.
export class Outbox extends EventTarget {
  #entries;
  #keepsake;
  #conversation;
  #clock;
  #nonce;
  #failures = 0;
  #notBefore = 0;
  #timer = null;
  #sending = false;
  #started = false;

  // conversation: send(entry) → answer, or throws · sent(answer) · refused(answer)
  constructor({ keepsake, conversation, clock, nonce }) {
    super();
    this.#keepsake = keepsake;
    this.#conversation = conversation;
    this.#clock = clock;
    this.#nonce = nonce;
    this.#entries = keepsake.value ?? [];
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

  get entries() {
    return this.#entries;
  }

  // nonce: only of what may be on its way already
  add(body, nonce = this.#nonce()) {
    this.#letGo();
    this.#entries.push({ nonce, body, refusal: null });
    this.#changed();
    this.wake();
  }

  // What another page left: its author says whether it is still to be sent. It keeps its nonce, and so is
  // sent once even if it was before, or is again from there.
  offer(entries) {
    if (entries.length === 0) return;
    this.#letGo();
    const offered = entries.map((entry) => ({ nonce: this.#nonce(), ...entry, refusal: entry.refusal ?? "" }));
    this.#entries.push(...offered);
    this.#changed();
  }

  // Under the same nonce: it may have been stored before its author was turned away. Only a nonce
  // that stands for another text (409) is of no more use.
  retry(entry) {
    this.#letGo();
    if (entry.status === 409) entry.nonce = this.#nonce();
    entry.refusal = null;
    this.#changed();
    this.wake();
  }

  discard(entry) {
    this.#letGo();
    this.#entries = this.#entries.filter((other) => other !== entry);
    this.#changed();
  }

  // Try now: there is something new, or the connection is back.
  wake() {
    this.#clock.clearTimeout(this.#timer);
    const pause = this.#notBefore - this.#clock.now();
    if (pause > 0) this.#timer = this.#clock.setTimeout(() => this.#work(), pause);
    else this.#work();
  }

  async #work() {
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (let entry = this.#next(); entry; entry = this.#next()) await this.#send(entry);
    } catch (error) {
      this.#waitAfter(error);
    } finally {
      this.#sending = false;
    }
  }

  #next() {
    this.#letGo();
    return this.#started ? this.#entries.find(({ refusal }) => refusal === null) : undefined;
  }

  async #send(entry) {
    const answer = await this.#conversation.send(entry);
    this.#failures = 0;
    if (DONE.has(answer.status)) {
      this.discard(entry);
      this.#conversation.sent(answer);
    } else {
      this.#letGo();
      entry.refusal = reasonOf(answer);
      entry.status = answer.status;
      this.#changed();
      if (GONE.has(answer.status)) this.#conversation.refused(answer);
    }
  }

  // Ours is what we keep. While this page was asleep another one may have taken it for left behind, and its
  // author has decided there.
  #letGo() {
    const kept = new Set((this.#keepsake.value ?? []).map(({ nonce }) => nonce));
    const ours = this.#entries.filter(({ nonce }) => kept.has(nonce));
    if (ours.length === this.#entries.length) return;
    this.#entries = ours;
    this.dispatchEvent(new Event("change"));
  }

  #waitAfter(error) {
    this.#failures += 1;
    const wanted = error.retryAfter ?? 0;
    this.#notBefore = wanted > 0 ? this.#clock.now() + wanted : 0;
    const pause = Math.max(wanted, backoff(this.#failures, this.#clock.random));
    if (this.#started) this.#timer = this.#clock.setTimeout(() => this.#work(), pause);
  }

  #changed() {
    this.#keepsake.value = this.#entries.length > 0 ? this.#entries : undefined;
    this.dispatchEvent(new Event("change"));
  }
}

function reasonOf({ status, body }) {
  if (status === 401) return "You were logged out.";
  if (status === 403) return "You were not in the room.";
  return body?.detail || body?.title || `The server answered ${status}.`;
}
