// Web Storage (localStorage, sessionStorage) of JSON values; in memory where the browser forbids it or it is full.

const PREFIX = "parlor:";

export class WebStorage {
  #storage;
  #memory = new Map();

  // storage: localStorage, sessionStorage or null
  constructor(storage) {
    this.#storage = storage;
  }

  get(key) {
    try {
      return this.#memory.get(key) ?? JSON.parse(this.#storage.getItem(PREFIX + key)) ?? undefined;
    } catch {
      return undefined;
    }
  }

  // undefined removes it
  set(key, value) {
    this.#memory.delete(key);
    try {
      if (value === undefined) this.#storage.removeItem(PREFIX + key);
      else this.#storage.setItem(PREFIX + key, JSON.stringify(value));
    } catch {
      if (value !== undefined) this.#memory.set(key, value);
    }
  }

  get keys() {
    const stored = Object.keys(this.#storage ?? {}).filter((key) => key.startsWith(PREFIX));
    return [...new Set([...stored.map((key) => key.slice(PREFIX.length)), ...this.#memory.keys()])];
  }
}
