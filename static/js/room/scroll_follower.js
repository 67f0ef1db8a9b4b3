// Scroll follower and scroll anchoring of the log: who is at its end stays at the end, for anybody else the message
// at the upper edge stays there whatever changes its size. While a button is down or text is selected nothing
// moves, and a button offers *New messages*.

const NEAR_END_PX = 24;

export class ScrollFollower {
  #log;
  #button;
  #document;
  #sizes;
  #atEnd = true;
  #pressed = false;
  #selecting = false;
  #size;
  #anchor;
  #started = false;

  constructor({ log, button, ResizeObserver }) {
    this.#log = log;
    this.#button = button;
    this.#document = log.ownerDocument;
    this.#sizes = new ResizeObserver(() => this.#adjust());
  }

  // Lifecycle

  start() {
    if (this.#started) return;
    this.#started = true;
    // Without this class the log is in reverse, to open at its end without a script: see messages.css.
    this.#log.classList.add("log--live");
    this.#listen("addEventListener");
    this.#sizes.observe(this.#log);
    this.#sizes.observe(this.#log.firstElementChild);
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
    this.#log.scrollTop += element.getBoundingClientRect().top - before;
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
    this.#log[change]("scroll", this.#scrolled, { passive: true });
    this.#log[change]("click", this.#clicked);
    this.#log[change]("pointerdown", this.#down, { passive: true });
    this.#document[change]("pointerup", this.#up, { passive: true });
    this.#document[change]("pointercancel", this.#up, { passive: true });
    this.#document[change]("pointermove", this.#moved, { passive: true });
    this.#document[change]("selectionchange", this.#selected);
    this.#button[change]("mousedown", keepFocus);
    this.#button[change]("click", this.#requested);
  }

  // The button is about to be hidden, which would lose the focus.
  #requested = () => {
    if (this.#button.matches(":focus")) this.#log.focus();
    this.toEnd();
  };

  // A scroll event that comes with a change of size is not the reader's.
  #scrolled = () => {
    if (this.#size !== this.#sizeNow) return this.#adjust();
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
    this.#selecting = isSelected(this.#log);
    if (before && !this.#selecting) this.#atEnd = this.#isNearEnd;
  };

  // Internal

  get #isInUse() {
    return this.#pressed || this.#selecting;
  }

  get #isNearEnd() {
    return this.#log.scrollHeight - this.#log.clientHeight - this.#log.scrollTop <= NEAR_END_PX;
  }

  get #sizeNow() {
    const { scrollHeight, clientHeight, clientWidth } = this.#log;
    return `${scrollHeight} ${clientHeight} ${clientWidth}`;
  }

  #adjust() {
    if (this.#atEnd && !this.#isInUse) this.#follow();
    else this.#holdPlace();
  }

  #follow() {
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#remember();
  }

  #holdPlace() {
    if (this.#anchor) this.#log.scrollTop += this.#anchor.drift;
    if (!this.#isInUse) this.#atEnd = this.#isNearEnd;
    this.#remember();
  }

  #remember() {
    this.#size = this.#sizeNow;
    this.#anchor = ScrollAnchor.of(this.#log);
  }
}

// Scroll anchor: the message at the log's upper edge, and how far it reaches above it.
class ScrollAnchor {
  #log;
  #message;
  #above;

  constructor(log, message) {
    this.#log = log;
    this.#message = message;
    this.#above = topOf(log) - topOf(message);
  }

  static of(log) {
    const message = firstBelow(topOf(log), log.querySelectorAll("[data-seq]"));
    return message && new ScrollAnchor(log, message);
  }

  // How far it has moved. A message that is shorter now than it reached above the edge is still at the edge.
  get drift() {
    if (!this.#message.isConnected) return 0;
    const above = Math.min(this.#above, this.#message.offsetHeight - 1);
    return topOf(this.#message) + above - topOf(this.#log);
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

function isSelected(log) {
  const selection = log.ownerDocument.getSelection();
  return !selection.isCollapsed && selection.containsNode(log, true);
}

function keepFocus(event) {
  event.preventDefault();
}
