// Pagination of history: by scrolling, a screen before the end of what is loaded is reached, or with the button there.

export class HistoryLoader {
  #root;
  #button;
  #load;
  #failure;
  #connection;
  #near;
  #loading = false;

  // button: its selector; it may be replaced · margin: how far from the view it may be · load: → whether there may be
  // more, or throws · failure: what is said then
  constructor({ root, button, margin, load, failure, scroller, timeline, connection, IntersectionObserver }) {
    this.#root = root;
    this.#button = button;
    this.#load = load;
    this.#failure = failure;
    this.#connection = connection;
    this.#near = new IntersectionObserver(this.#scrolled, { root: scroller, rootMargin: margin });
    timeline.addEventListener("replace", () => this.#watch());
  }

  start() {
    this.#root.addEventListener("click", this.#clicked);
    this.#watch();
  }

  #scrolled = (entries) => {
    if (entries.at(-1).isIntersecting) this.#run();
  };

  // A browser that translates puts elements into the button.
  #clicked = ({ target }) => {
    if (target.closest(this.#button)) this.#run();
  };

  // After a failure nothing is tried again before the button is pressed, or scrolled out of reach and back.
  async #run() {
    if (this.#loading) return;
    this.#loading = true;
    try {
      if (!(await this.#load())) return;
      this.#connection.show("");
      this.#watch();
    } catch {
      this.#connection.show(this.#failure);
    } finally {
      this.#loading = false;
    }
  }

  // Observing it again also reports it where it is still within reach.
  #watch() {
    this.#near.disconnect();
    this.#near.observe(this.#root.querySelector(this.#button));
  }
}
