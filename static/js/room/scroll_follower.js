// Scroll follower and scroll anchoring of the room: who is at its end stays at the end, for anybody else the message
// at the upper edge stays there whatever changes its size. While a button is down or text is selected nothing
// moves, and a button offers *New messages*.

const NEAR_END_PX = 24;

export class ScrollFollower {
  #scroller;
  #button;
  #document;
  #sizes;
  #atEnd = true;
  #pressed = false;
  #selecting = false;
  #size;
  #place;
  #anchor;
  #started = false;

  constructor({ scroller, button, ResizeObserver }) {
    this.#scroller = scroller;
    this.#button = button;
    this.#document = scroller.ownerDocument;
    this.#sizes = new ResizeObserver(() => this.#adjust());
  }

  // Lifecycle

  start() {
    if (this.#started) return;
    this.#started = true;
    // Without this class it is in reverse, to open at its end without a script: see messages.css.
    this.#scroller.classList.add("scroller--live");
    this.#listen("addEventListener");
    this.#sizes.observe(this.#scroller);
    for (const part of this.#scroller.children) this.#sizes.observe(part);
    this.toEnd();
  }

  stop() {
    if (!this.#started) return;
    this.#started = false;
    this.#listen("removeEventListener");
    this.#sizes.disconnect();
  }

  // Actions

  contentAdded() {
    this.#adjust();
    this.#button.hidden = this.#isNearEnd;
  }

  // Runs a change above `element` without moving the element in the window.
  keepInPlace(element, change) {
    const before = element.getBoundingClientRect().top;
    change();
    this.#scroller.scrollTop += element.getBoundingClientRect().top - before;
    this.#remember();
  }

  toEnd() {
    this.#atEnd = true;
    this.#selecting = false;
    this.#button.hidden = true;
    this.#follow();
  }

  // Events

  #listen(change) {
    this.#scroller[change]("scroll", this.#scrolled, { passive: true });
    this.#scroller[change]("click", this.#clicked);
    this.#scroller[change]("pointerdown", this.#down, { passive: true });
    this.#document[change]("pointerup", this.#up, { passive: true });
    this.#document[change]("pointercancel", this.#up, { passive: true });
    this.#document[change]("pointermove", this.#moved, { passive: true });
    this.#document[change]("selectionchange", this.#selected);
    this.#button[change]("mousedown", keepFocus);
    this.#button[change]("click", this.#requested);
  }

  // The button is about to be hidden, which would lose the focus.
  #requested = () => {
    if (this.#button.matches(":focus")) this.#scroller.focus();
    this.toEnd();
  };

  // A scroll event that comes with a change of size is not the reader's, nor is one that we have caused.
  #scrolled = () => {
    if (this.#size !== this.#sizeNow) return this.#adjust();
    if (this.#place === this.#scroller.scrollTop) return;
    this.#atEnd = this.#isNearEnd;
    if (this.#atEnd) this.#button.hidden = true;
    this.#remember();
  };

  // Whoever opens a tall message goes on reading where they are, not at its end.
  #clicked = ({ target }) => {
    if (target.closest("summary")) this.#atEnd = false;
  };

  #down = () => {
    this.#pressed = true;
  };

  #up = () => {
    if (!this.#pressed) return;
    this.#pressed = false;
    if (this.#atEnd && !this.#selecting) this.toEnd();
  };

  // The release of a scrollbar has no pointerup.
  #moved = ({ buttons }) => {
    if (buttons === 0) this.#up();
  };

  // When a selection ends, what was added meanwhile must not scroll the reader away.
  #selected = () => {
    const before = this.#selecting;
    this.#selecting = isSelected(this.#scroller);
    if (before && !this.#selecting) this.#atEnd = this.#isNearEnd;
  };

  // Internal

  get #isInUse() {
    return this.#pressed || this.#selecting;
  }

  get #isNearEnd() {
    return this.#scroller.scrollHeight - this.#scroller.clientHeight - this.#scroller.scrollTop <= NEAR_END_PX;
  }

  get #sizeNow() {
    const { scrollHeight, clientHeight, clientWidth } = this.#scroller;
    return `${scrollHeight} ${clientHeight} ${clientWidth}`;
  }

  #adjust() {
    if (this.#atEnd && !this.#isInUse) this.#follow();
    else this.#holdPlace();
  }

  #follow() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#remember();
  }

  // The anchor stays the same: another one each time would add up what rounding takes from each place.
  #holdPlace() {
    const anchored = this.#anchor?.isThere;
    if (anchored) this.#scroller.scrollTop += this.#anchor.drift;
    if (!this.#isInUse) this.#atEnd = this.#isNearEnd;
    if (anchored) this.#settle();
    else this.#remember();
  }

  #remember() {
    this.#settle();
    this.#anchor = ScrollAnchor.of(this.#scroller);
  }

  #settle() {
    this.#size = this.#sizeNow;
    this.#place = this.#scroller.scrollTop;
  }
}

// Scroll anchor: the message at the scroller's upper edge, and how far it reaches above it.
class ScrollAnchor {
  #scroller;
  #message;
  #above;

  constructor(scroller, message) {
    this.#scroller = scroller;
    this.#message = message;
    this.#above = topOf(scroller) - topOf(message);
  }

  static of(scroller) {
    const message = firstBelow(topOf(scroller), scroller.querySelectorAll("[data-seq]"));
    return message && new ScrollAnchor(scroller, message);
  }

  get isThere() {
    return this.#message.isConnected;
  }

  // How far it has moved. A message that is shorter now than it reached above the edge is still at the edge.
  get drift() {
    const above = Math.min(this.#above, this.#message.offsetHeight - 1);
    return topOf(this.#message) + above - topOf(this.#scroller);
  }
}

function topOf(element) {
  return element.getBoundingClientRect().top;
}

// Binary search: every measurement costs a layout.
function firstBelow(edge, messages) {
  let [from, to] = [0, messages.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (messages[middle].getBoundingClientRect().bottom > edge) to = middle;
    else from = middle + 1;
  }
  return messages[from];
}

function isSelected(scroller) {
  const selection = scroller.ownerDocument.getSelection();
  return !selection.isCollapsed && selection.containsNode(scroller, true);
}

function keepFocus(event) {
  event.preventDefault();
}
