// Pointer state: busy while a mouse or a finger is over a control or down, and for a moment after, because the
// click of a finger is dispatched when the finger has gone. A link that is as large as a row (`data-large`) is where
// a mouse is left lying, so that one is aimed at only while the mouse moves.

import { CONTROLS } from "./controls.js";

const GRACE_MS = 500;
const AIM_MS = 2_000;

export class Pointer {
  #root;
  #clock;
  #window;
  #control = null;
  #isDown = false;
  #leftAt = -Infinity;
  #movedAt = -Infinity;

  constructor({ root, clock, window }) {
    this.#root = root;
    this.#clock = clock;
    this.#window = window;
  }

  start() {
    this.#listen("addEventListener");
  }

  stop() {
    this.#listen("removeEventListener");
  }

  get isBusy() {
    return this.#isDown || this.#isAiming || this.#clock.now() - this.#leftAt < GRACE_MS;
  }

  get #isAiming() {
    if (this.#control === null) return false;
    return !("large" in this.#control.dataset) || this.#clock.now() - this.#movedAt < AIM_MS;
  }

  #listen(change) {
    this.#root[change]("pointerover", this.#entered, { passive: true });
    this.#root[change]("pointerleave", this.#left, { passive: true });
    this.#root[change]("pointerdown", this.#pressed, { passive: true });
    this.#window[change]("pointermove", this.#moved, { passive: true });
    this.#window[change]("pointerup", this.#released, { passive: true });
    this.#window[change]("pointercancel", this.#released, { passive: true });
  }

  #entered = ({ target }) => this.#move(target.closest(CONTROLS));

  #left = () => this.#move(null);

  #move(control) {
    if (this.#control && !control) this.#leftAt = this.#clock.now();
    this.#control = control;
  }

  #pressed = () => {
    this.#isDown = true;
  };

  // A press that opens a context menu has no pointerup.
  #moved = ({ buttons }) => {
    this.#movedAt = this.#clock.now();
    if (buttons === 0) this.#released();
  };

  #released = () => {
    if (this.#isDown) this.#leftAt = this.#clock.now();
    this.#isDown = false;
  };
}
