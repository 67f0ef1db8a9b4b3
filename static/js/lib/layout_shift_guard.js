// Ignores a press on what has just moved: whoever presses was aiming at what stood there before. A mouse that
// went there since has aimed anew; not so in a list, where one thing is like the other.
//
// Places are taken after every change of the page. What moves because the reader types, scrolls or resizes the
// window is expected, and so is a question that a press has called up. The log has its own rule: see reader.js.

const CONTROLS = "a, button, summary";
const LIST = ".list";
const EXEMPT = ".log, dialog";
const SURPRISE_MS = 500;
const TYPING_MS = 100;

export class LayoutShiftGuard {
  #root;
  #clock;
  #window;
  #places = new Map(); // control → where on the page it is
  #changedAt = new WeakMap();
  #pointer = { x: 0, y: 0, at: -Infinity };
  #typedAt = -Infinity;
  #refused = null;

  constructor({ root, clock, window }) {
    this.#root = root;
    this.#clock = clock;
    this.#window = window;
  }

  start() {
    this.#places = this.#look();
    const watch = new this.#window.MutationObserver(this.#changed);
    watch.observe(this.#root, { attributes: true, characterData: true, childList: true, subtree: true });
    this.#window.addEventListener("input", this.#typed, { capture: true });
    this.#window.addEventListener("resize", this.#resized);
    this.#window.addEventListener("pointermove", this.#moved, { passive: true });
    this.#window.addEventListener("pointerdown", this.#pressed, { capture: true, passive: true });
    this.#window.addEventListener("click", this.#clicked, { capture: true });
  }

  #look() {
    const { scrollX, scrollY } = this.#window;
    const all = [...this.#root.querySelectorAll(CONTROLS)].filter((control) => !control.closest(EXEMPT));
    const shown = all.map((control) => [control, control.getBoundingClientRect()]).filter(([, { width }]) => width > 0);
    return new Map(
      shown.map(([control, { left, top }]) => [control, `${Math.round(left + scrollX)} ${Math.round(top + scrollY)}`]),
    );
  }

  #changed = () => {
    const [before, at] = [this.#places, this.#clock.now()];
    this.#places = this.#look();
    if (at - this.#typedAt < TYPING_MS) return;
    for (const [control, place] of this.#places) {
      if (before.get(control) !== place) this.#changedAt.set(control, at);
    }
  };

  #typed = () => {
    this.#typedAt = this.#clock.now();
  };

  #resized = () => {
    this.#places = this.#look();
  };

  // A browser also tells of a pointer that rests while the page moves under it.
  #moved = ({ clientX: x, clientY: y }) => {
    if (x !== this.#pointer.x || y !== this.#pointer.y) this.#pointer = { x, y, at: this.#clock.now() };
  };

  #pressed = (event) => {
    this.#moved(event);
    const control = event.target.closest(CONTROLS);
    this.#refused = control && this.#isSurprise(control, event.pointerType) ? control : null;
  };

  #isSurprise(control, pointerType) {
    const at = this.#changedAt.get(control);
    if (at === undefined || this.#clock.now() - at >= SURPRISE_MS) return false;
    // A finger comes from nowhere.
    return pointerType === "touch" || control.closest(LIST) !== null || this.#pointer.at < at;
  }

  #clicked = (event) => {
    // A key presses without a pointer.
    if (event.detail > 0 && this.#refused && event.target.closest(CONTROLS) === this.#refused) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
    this.#refused = null;
  };
}
