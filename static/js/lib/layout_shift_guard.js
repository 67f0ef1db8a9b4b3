// Layout shift guard: ignores a press on a control that has just moved, because it was aimed at what stood
// there before. A mouse that has moved to it since was aimed at it, except among controls that look alike.
//
// Places are measured after every change of the page. Moves by typing, scrolling or resizing are expected.

import { CONTROLS } from "./controls.js";

const SHIFT_MS = 500;
const TYPING_MS = 100;

export class LayoutShiftGuard {
  #root;
  #alike;
  #exempt;
  #clock;
  #window;
  #places = new Map(); // control → where on the page it is
  #changedAt = new WeakMap();
  #pointer = { x: 0, y: 0, at: -Infinity };
  #typedAt = -Infinity;
  #refused = null;

  // alike, exempt: selectors of what holds controls that look alike, and of what moves by its own rules
  constructor({ root, alike, exempt, clock, window }) {
    this.#root = root;
    this.#alike = alike;
    this.#exempt = exempt;
    this.#clock = clock;
    this.#window = window;
  }

  start() {
    this.#places = this.#measure();
    const watch = new this.#window.MutationObserver(this.#changed);
    watch.observe(this.#root, { attributes: true, characterData: true, childList: true, subtree: true });
    this.#window.addEventListener("input", this.#typed, { capture: true });
    this.#window.addEventListener("resize", this.#resized);
    this.#window.addEventListener("pointermove", this.#moved, { passive: true });
    this.#window.addEventListener("pointerdown", this.#pressed, { capture: true, passive: true });
    this.#window.addEventListener("click", this.#clicked, { capture: true });
  }

  // Does not go into what is exempt, which may be large.
  get #controls() {
    const { document, NodeFilter } = this.#window;
    const { FILTER_ACCEPT, FILTER_REJECT, FILTER_SKIP, SHOW_ELEMENT } = NodeFilter;
    const kept = (it) => (it.matches(this.#exempt) ? FILTER_REJECT : it.matches(CONTROLS) ? FILTER_ACCEPT : FILTER_SKIP);
    const walker = document.createTreeWalker(this.#root, SHOW_ELEMENT, kept);
    const controls = [];
    while (walker.nextNode()) controls.push(walker.currentNode);
    return controls;
  }

  #measure() {
    const { scrollX, scrollY } = this.#window;
    const shown = this.#controls.map((control) => [control, control.getBoundingClientRect()]).filter(([, { width }]) => width > 0);
    return new Map(
      shown.map(([control, { left, top }]) => [control, `${Math.round(left + scrollX)} ${Math.round(top + scrollY)}`]),
    );
  }

  #changed = (records) => {
    if (records.every(({ target }) => this.#isExempt(target))) return;
    const [before, at] = [this.#places, this.#clock.now()];
    this.#places = this.#measure();
    if (at - this.#typedAt < TYPING_MS) return;
    for (const [control, place] of this.#places) {
      if (before.get(control) !== place) this.#changedAt.set(control, at);
    }
  };

  #isExempt(node) {
    return (node.matches ? node : node.parentElement)?.closest(this.#exempt);
  }

  #typed = () => {
    this.#typedAt = this.#clock.now();
  };

  #resized = () => {
    this.#places = this.#measure();
  };

  // Also dispatched for a pointer at rest when the page moves under it.
  #moved = ({ clientX: x, clientY: y }) => {
    if (x !== this.#pointer.x || y !== this.#pointer.y) this.#pointer = { x, y, at: this.#clock.now() };
  };

  #pressed = (event) => {
    this.#moved(event);
    const control = event.target.closest(CONTROLS);
    this.#refused = control && this.#isUnexpected(control, event.pointerType) ? control : null;
  };

  #isUnexpected(control, pointerType) {
    const at = this.#changedAt.get(control);
    if (at === undefined || this.#clock.now() - at >= SHIFT_MS) return false;
    // A finger does not move before it presses.
    return pointerType === "touch" || control.closest(this.#alike) !== null || this.#pointer.at < at;
  }

  #clicked = (event) => {
    // detail 0: pressed by a key.
    if (event.detail > 0 && this.#refused && event.target.closest(CONTROLS) === this.#refused) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
    this.#refused = null;
  };
}
