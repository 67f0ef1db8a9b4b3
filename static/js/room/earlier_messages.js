// Backward pagination: the button *Earlier messages*.

export class EarlierMessages {
  #root;
  #sync;
  #connection;
  #loading = false;

  constructor({ root, sync, connection }) {
    this.#root = root;
    this.#sync = sync;
    this.#connection = connection;
  }

  start() {
    this.#root.addEventListener("click", this.#clicked);
  }

  stop() {
    this.#root.removeEventListener("click", this.#clicked);
  }

  #clicked = async ({ target }) => {
    // A browser that translates puts elements into the button.
    if (this.#loading || !target.closest("button.log__earlier")) return;
    this.#loading = true;
    try {
      await this.#sync.loadEarlier();
    } catch {
      this.#connection.show("Earlier messages could not be loaded. Please try again.");
    } finally {
      this.#loading = false;
    }
  };
}
