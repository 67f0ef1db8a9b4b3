// Scroll follower and scroll anchoring of the room: who is at its end stays at the end, for anybody else the message
// at the upper edge stays there whatever changes its size. While a button is down or text is selected nothing
// moves.

const NEAR_END_PX = 24;
const LINE_PX = 32;

// Dispatches `settle` when the place may be another.
export class ScrollFollower extends EventTarget {
  #scroller;
  #timeline;
  #document;
  #sizes;
  #atEnd = true;
  #hasLater = false;
  #pressed = false;
  #selecting = false;
  #size;
  #place;
  #anchor;

  constructor({ scroller, ResizeObserver }) {
    super();
    this.#scroller = scroller;
    this.#document = scroller.ownerDocument;
    this.#sizes = new ResizeObserver(() => this.contentChanged());
  }

  // Lifecycle

  // timeline: { chunks }, the elements that have the messages for children · message: to begin at, or none
  start(timeline, message) {
    this.#timeline = timeline;
    // Without this class it is in reverse, to open at its end without a script: see log.css.
    this.#scroller.classList.add("scroller--live");
    this.#listen();
    this.#sizes.observe(this.#scroller);
    for (const part of this.#scroller.children) this.#sizes.observe(part);
    if (message) this.to(message);
    else this.toEnd();
  }

  // Actions

  contentChanged() {
    if (this.isFollowing) this.#follow();
    else this.#holdPlace();
  }

  toEnd() {
    this.#atEnd = !this.#hasLater;
    this.#selecting = false;
    this.#follow();
  }

  // With a little of what is before it.
  to(message) {
    this.#selecting = false;
    this.#scroller.scrollTop += topOf(message) - topOf(this.#scroller) - this.#scroller.clientHeight / 4;
    this.#atEnd = this.isNearEnd;
    this.#remember();
  }

  // Whether the log goes on after what is on the page: then the end of the page is no end.
  set hasLater(hasLater) {
    if (hasLater === this.#hasLater) return;
    this.#hasLater = hasLater;
    this.#atEnd &&= !hasLater;
    this.contentChanged();
  }

  get hasLater() {
    return this.#hasLater;
  }

  focus() {
    this.#scroller.focus({ preventScroll: true });
  }

  // Whether what is added at the end is scrolled into view.
  get isFollowing() {
    return this.#atEnd && !this.#isInUse;
  }

  get isNearEnd() {
    const below = this.#scroller.scrollHeight - this.#scroller.clientHeight - this.#scroller.scrollTop;
    return !this.#hasLater && below <= NEAR_END_PX;
  }

  // Whether the view reaches as far as its first line.
  reaches(message) {
    const line = Math.min(message.offsetHeight, LINE_PX);
    return topOf(message) + line <= this.#scroller.getBoundingClientRect().bottom;
  }

  // Events

  #listen() {
    this.#scroller.addEventListener("scroll", this.#scrolled, { passive: true });
    this.#scroller.addEventListener("click", this.#clicked);
    this.#scroller.addEventListener("pointerdown", this.#down, { passive: true });
    this.#document.addEventListener("pointerup", this.#up, { passive: true });
    this.#document.addEventListener("pointercancel", this.#up, { passive: true });
    this.#document.addEventListener("pointermove", this.#moved, { passive: true });
    this.#document.addEventListener("selectionchange", this.#selected);
  }

  // A scroll event that comes with a change of size is not the reader's, nor is one that we have caused.
  #scrolled = () => {
    if (this.#size !== this.#sizeNow) return this.contentChanged();
    if (this.#place === this.#scroller.scrollTop) return;
    this.#atEnd = this.isNearEnd;
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
    if (before && !this.#selecting) this.#atEnd = this.isNearEnd;
  };

  // Internal

  get #isInUse() {
    return this.#pressed || this.#selecting;
  }

  get #sizeNow() {
    const { scrollHeight, clientHeight, clientWidth } = this.#scroller;
    return `${scrollHeight} ${clientHeight} ${clientWidth}`;
  }

  #follow() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#remember();
  }

  // The anchor stays the same: another one each time would add up what rounding takes from each place.
  #holdPlace() {
    const anchored = this.#anchor?.isThere;
    if (anchored) this.#scroller.scrollTop += this.#anchor.drift;
    if (!this.#isInUse) this.#atEnd = this.isNearEnd;
    if (anchored) this.#settle();
    else this.#remember();
  }

  #remember() {
    this.#anchor = ScrollAnchor.of(this.#scroller, this.#timeline.chunks);
    this.#settle();
  }

  #settle() {
    this.#size = this.#sizeNow;
    this.#place = this.#scroller.scrollTop;
    this.dispatchEvent(new Event("settle"));
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

  static of(scroller, chunks) {
    const edge = topOf(scroller);
    const chunk = firstBelow(edge, chunks);
    const message = chunk && firstBelow(edge, chunk.children);
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
function firstBelow(edge, elements) {
  let [from, to] = [0, elements.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (elements[middle].getBoundingClientRect().bottom > edge) to = middle;
    else from = middle + 1;
  }
  return elements[from];
}

function isSelected(scroller) {
  const selection = scroller.ownerDocument.getSelection();
  return !selection.isCollapsed && selection.containsNode(scroller, true);
}
