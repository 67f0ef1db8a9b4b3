// Values that the browser keeps for us; where it keeps none, or has no more room, this page remembers them.

const OURS = "parlor:";

export class Shelf {
  #storage;
  #memory = new Map();

  // storage: localStorage, sessionStorage or null
  constructor(storage) {
    this.#storage = storage;
  }

  get(key) {
    try {
      return this.#memory.get(key) ?? JSON.parse(this.#storage.getItem(OURS + key)) ?? undefined;
    } catch {
      return undefined;
    }
  }

  // undefined takes it away
  set(key, value) {
    this.#memory.delete(key);
    try {
      if (value === undefined) this.#storage.removeItem(OURS + key);
      else this.#storage.setItem(OURS + key, JSON.stringify(value));
    } catch {
      if (value !== undefined) this.#memory.set(key, value);
    }
  }

  get keys() {
    const stored = Object.keys(this.#storage ?? {}).filter((key) => key.startsWith(OURS));
    return [...new Set([...stored.map((key) => key.slice(OURS.length)), ...this.#memory.keys()])];
  }
}
