// A value that outlives the page but not the tab. Where the browser keeps nothing, memory has to do.

export class Keepsake {
  #storage;
  #key;
  #value;

  constructor({ storage, key }) {
    this.#storage = storage;
    this.#key = key;
  }

  get value() {
    try {
      return JSON.parse(this.#storage.getItem(this.#key)) ?? this.#value;
    } catch {
      return this.#value;
    }
  }

  set value(value) {
    this.#value = value;
    try {
      if (value === undefined) this.#storage.removeItem(this.#key);
      else this.#storage.setItem(this.#key, JSON.stringify(value));
    } catch {
      // full or forbidden: the value above is all there is
    }
  }
}
