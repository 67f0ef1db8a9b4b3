// Whether a pointer or a finger is on something that can be pressed, or pressing. For a moment after it has
// left too: the click of a finger comes when the finger is gone already.

const CONTROLS = "a, button, summary";
const JUST = 500;

export class Hand {
  #root;
  #clock;
  #window;
  #on = null;
  #isDown = false;
  #leftAt = -Infinity;

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

  get isHere() {
    return this.#isDown || this.#on !== null || this.#clock.now() - this.#leftAt < JUST;
  }

  #listen(change) {
    this.#root[change]("pointerover", this.#came, { passive: true });
    this.#root[change]("pointerleave", this.#left, { passive: true });
    this.#root[change]("pointerdown", this.#pressed, { passive: true });
    this.#window[change]("pointermove", this.#moved, { passive: true });
    this.#window[change]("pointerup", this.#released, { passive: true });
    this.#window[change]("pointercancel", this.#released, { passive: true });
  }

  #came = ({ target }) => this.#move(target.closest(CONTROLS));

  #left = () => this.#move(null);

  #move(control) {
    if (this.#on && !control) this.#leftAt = this.#clock.now();
    this.#on = control;
  }

  #pressed = () => {
    this.#isDown = true;
  };

  // What opens a menu of the browser's does not say when it is let go.
  #moved = ({ buttons }) => {
    if (buttons === 0) this.#released();
  };

  #released = () => {
    if (this.#isDown) this.#leftAt = this.#clock.now();
    this.#isDown = false;
  };
}
