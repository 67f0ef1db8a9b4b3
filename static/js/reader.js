// Where the reader is in the log. At the end, the end is followed; anywhere else the view stays
// where it is, and a button says that there is more below.

const NEAR = 24;

export class Reader {
  #log;
  #button;
  #sizes;
  #atEnd = true;
  #started = false;

  constructor({ log, button, ResizeObserver }) {
    this.#log = log;
    this.#button = button;
    this.#sizes = new ResizeObserver(() => this.#follow());
  }

  start() {
    if (this.#started) return;
    this.#started = true;
    // Without the script the log is turned upside down to open at its end: see messages.css.
    this.#log.classList.add("log--live");
    this.#log.addEventListener("scroll", this.#scrolled, { passive: true });
    this.#button.addEventListener("mousedown", keepFocus);
    this.#button.addEventListener("click", this.#asked);
    this.#sizes.observe(this.#log);
    this.#sizes.observe(this.#log.firstElementChild);
    this.toEnd();
  }

  stop() {
    if (!this.#started) return;
    this.#started = false;
    this.#log.removeEventListener("scroll", this.#scrolled);
    this.#button.removeEventListener("mousedown", keepFocus);
    this.#button.removeEventListener("click", this.#asked);
    this.#sizes.disconnect();
  }

  added() {
    if (this.#atEnd) this.#follow();
    else this.#button.hidden = false;
  }

  // Runs a change above `element` so that the element stays where the reader sees it.
  keep(element, change) {
    const before = element.getBoundingClientRect().top;
    change();
    this.#log.scrollTop += element.getBoundingClientRect().top - before;
  }

  toEnd() {
    this.#atEnd = true;
    this.#button.hidden = true;
    this.#follow();
  }

  // The button is about to vanish, and must not take the focus with it.
  #asked = () => {
    if (this.#button.matches(":focus")) this.#log.focus();
    this.toEnd();
  };

  #follow() {
    if (this.#atEnd) this.#log.scrollTop = this.#log.scrollHeight;
  }

  #scrolled = () => {
    const below = this.#log.scrollHeight - this.#log.clientHeight - this.#log.scrollTop;
    this.#atEnd = below <= NEAR;
    if (this.#atEnd) this.#button.hidden = true;
  };
}

function keepFocus(event) {
  event.preventDefault();
}
