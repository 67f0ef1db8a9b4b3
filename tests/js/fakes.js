// What the classes under test are given instead of a browser.

// Node 18 has none.
globalThis.CustomEvent ??= class extends Event {};

// Stands still until time is made to pass.
export class FakeClock {
  random = () => this.luck;
  luck = 0.5; // neither more nor less jitter
  #now = 0;
  #timers = new Map();
  #count = 0;

  now = () => this.#now;

  date = () => Date.UTC(2026, 0, 1) + this.#now;

  setTimeout = (work, pause) => {
    this.#count += 1;
    this.#timers.set(this.#count, { work, at: this.#now + Math.max(0, pause) });
    return this.#count;
  };

  clearTimeout = (timer) => this.#timers.delete(timer);

  // All timers that are due by then run at their time, and what they began has settled.
  async pass(milliseconds) {
    const end = this.#now + milliseconds;
    for (await settled(); this.#next(end); await settled()) {
      const [timer, { work, at }] = this.#next(end);
      this.#timers.delete(timer);
      this.#now = at;
      work();
    }
    this.#now = end;
  }

  #next(end) {
    const due = [...this.#timers].filter(([, { at }]) => at <= end);
    return due.sort(([a, x], [b, y]) => x.at - y.at || a - b)[0];
  }
}

// Until all promises that can be settled are.
export function settled() {
  return new Promise((resolve) => setImmediate(resolve));
}

export function fakeWindow() {
  return Object.assign(new EventTarget(), { document: Object.assign(new EventTarget(), { hidden: false }) });
}

// Functions that note how they were called.
export function recorder(...names) {
  const calls = [];
  const entries = names.map((name) => [name, (...given) => void calls.push([name, ...given])]);
  return { calls, ...Object.fromEntries(entries) };
}

// Requests that are answered by hand: `answer` and `fail` are for the one that waits the longest.
export class Exchange {
  asked = []; // what was asked for, in order
  #waiting = [];

  ask = (what) => {
    this.asked.push(what);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  };

  get inFlight() {
    return this.#waiting.length;
  }

  async answer(answer) {
    this.#waiting.shift().resolve(answer);
    await settled();
  }

  // Takes those that wait, to be answered in any order, with functions.
  take() {
    return this.#waiting.splice(0).map(({ resolve }) => resolve);
  }

  async fail(error = new Error("no connection")) {
    this.#waiting.shift().reject(error);
    await settled();
  }
}
