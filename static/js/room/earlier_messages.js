// Backward pagination: by scrolling, a screen before the first message is reached, or with the button *Earlier
// messages*.

export class EarlierMessages {
  #root;
  #sync;
  #connection;
  #near;
  #loading = false;

  constructor({ root, scroller, timeline, sync, connection, IntersectionObserver }) {
    this.#root = root;
    this.#sync = sync;
    this.#connection = connection;
    this.#near = new IntersectionObserver(this.#scrolled, { root: scroller, rootMargin: "100% 0px 0px" });
    timeline.addEventListener("replace", () => this.#watch());
  }

  start() {
    this.#root.addEventListener("click", this.#clicked);
    this.#watch();
  }

  stop() {
    this.#root.removeEventListener("click", this.#clicked);
    this.#near.disconnect();
  }

  #scrolled = (entries) => {
    if (entries.at(-1).isIntersecting) this.#load();
  };

  // A browser that translates puts elements into the button.
  #clicked = ({ target }) => {
    if (target.closest("button.log__earlier")) this.#load();
  };

  // After a failure nothing is tried again before the button is pressed, or scrolled out of reach and back.
  async #load() {
    if (this.#loading) return;
    this.#loading = true;
    try {
      if (!(await this.#sync.loadEarlier())) return;
      this.#connection.show("");
      this.#watch();
    } catch {
      this.#connection.show("Earlier messages could not be loaded. Please try again.");
    } finally {
      this.#loading = false;
    }
  }

  // Observed anew, it is also reported where it is still within reach.
  #watch() {
    this.#near.disconnect();
    this.#near.observe(this.#root.querySelector("button.log__earlier"));
  }
}
