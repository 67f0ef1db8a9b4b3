// The button *Earlier messages*: those before the first on the page, as many as the server gives at a time, as
// often as the reader asks.

export class Earlier {
  #root;
  #conversation;
  #connection;
  #loading = false;

  constructor({ root, conversation, connection }) {
    this.#root = root;
    this.#conversation = conversation;
    this.#connection = connection;
  }

  start() {
    this.#root.addEventListener("click", this.#clicked);
  }

  stop() {
    this.#root.removeEventListener("click", this.#clicked);
  }

  #clicked = async ({ target }) => {
    // A translated button has elements of its own.
    if (this.#loading || !target.closest("button.log__earlier")) return;
    this.#loading = true;
    try {
      await this.#conversation.loadEarlier();
    } catch {
      this.#connection.say("Earlier messages could not be loaded. Please try again.");
    } finally {
      this.#loading = false;
    }
  };
}
