// Poller: asks again one second after each answer, with one request in flight. Knows nothing of what is asked.
//
// A page that becomes visible, is shown again or comes online asks at once: the timers of a hidden tab are slow
// or stopped, and nothing relies on them. While the server cannot be reached, whatever a person does on the page has
// it ask at once too, and a page in view waits 2 seconds at most: all pages together then ask less often than they do
// when the server answers.

import { backoff } from "./backoff.js";

const PAUSE_MS = 1_000;
// With jitter 1.9 seconds.
const PAUSE_IN_VIEW_MS = 1_600;
// A request this old may hang: one that a person has waited for this long is given up for another.
const HANGING_MS = 3_000;
const DEEDS = ["focus", "keydown", "pointerdown"];

export class Poller {
  #subject;
  #connection;
  #clock;
  #window;
  #timer = null;
  #flight = null;
  #askedAt = 0;
  #notBefore = 0;
  #failures = 0;
  #again = false;
  #gaveUp = false;
  #started = false;

  // subject: ask(signal) → answer, or throws · answered(answer) → true to be asked again at once
  // connection: connected() · disconnected(error)
  constructor({ subject, connection, clock, window }) {
    this.#subject = subject;
    this.#connection = connection;
    this.#clock = clock;
    this.#window = window;
  }

  // Lifecycle

  start() {
    if (this.#started) return;
    this.#started = true;
    this.#listen("addEventListener");
    this.poll();
  }

  stop() {
    if (!this.#started) return;
    this.#started = false;
    this.#listen("removeEventListener");
    this.#cancel();
  }

  // Actions

  poll = () => {
    if (!this.#started) return;
    // One that is older may hang on a connection that broke while the machine slept.
    if (this.#flight && this.#clock.now() - this.#askedAt < PAUSE_MS) {
      this.#again = true;
    } else {
      this.#cancel();
      this.#wait(this.#notBefore - this.#clock.now());
    }
  };

  // Internal

  #listen(change) {
    this.#window.document[change]("visibilitychange", this.#visibilityChanged);
    this.#window.document[change]("resume", this.poll);
    this.#window[change]("pageshow", this.#shown);
    this.#window[change]("online", this.poll);
    this.#window[change]("pagehide", this.#cancel);
    for (const deed of DEEDS) this.#window[change](deed, this.#acted, { passive: true });
  }

  #acted = () => {
    if (this.#failures === 0) return;
    const age = this.#clock.now() - this.#askedAt;
    if (age < (this.#flight ? HANGING_MS : PAUSE_MS)) return;
    // Once: a slow server is left the time to answer, however much is typed.
    if (this.#flight && this.#gaveUp) return;
    this.#gaveUp = this.#flight !== null;
    this.poll();
  };

  #visibilityChanged = () => {
    if (!this.#window.document.hidden) this.poll();
  };

  #shown = (event) => {
    if (event.persisted) this.poll();
  };

  #cancel = () => {
    this.#clock.clearTimeout(this.#timer);
    this.#flight?.abort();
    this.#flight = null;
    this.#again = false;
  };

  #wait(pause) {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = this.#clock.setTimeout(() => this.#round(), Math.max(0, pause));
  }

  async #round() {
    const flight = new AbortController();
    this.#flight = flight;
    this.#askedAt = this.#clock.now();
    let answeredAt;
    let pause;
    try {
      const answer = await this.#subject.ask(flight.signal);
      if (this.#flight !== flight) return;
      answeredAt = this.#clock.now();
      pause = (await this.#subject.answered(answer)) ? 0 : PAUSE_MS;
      this.#failures = 0;
      this.#notBefore = 0;
      if (this.#flight === flight) this.#connection.connected();
    } catch (error) {
      if (this.#flight !== flight) return;
      answeredAt = this.#clock.now();
      this.#failures += 1;
      const most = this.#window.document.hidden ? undefined : PAUSE_IN_VIEW_MS;
      pause = Math.max(backoff(this.#failures, this.#clock.random, most), error.retryAfter ?? 0);
      this.#notBefore = error.retryAfter > 0 ? answeredAt + error.retryAfter : 0;
      this.#connection.disconnected(error);
    }
    if (this.#flight !== flight) return;
    if (this.#again) pause = this.#notBefore - answeredAt;
    this.#again = false;
    this.#gaveUp = false;
    this.#flight = null;
    this.#wait(answeredAt + pause - this.#clock.now());
  }
}
