// Other tabs: this page's name, and the names of the room's other pages that are open in the same browser.
//
// On a reload the page of a tab takes over the name of the one before it, and with it what that has stored; not
// if another page came between, because that may have been long. A name is in session storage only between two
// pages: a duplicated tab would have a copy of it.

const ANSWER_MS = 400;
const NAME = "page";

// For pages of no room.
export function forgetPageName(session) {
  session.set(NAME, undefined);
}

export class OtherTabs {
  #channel;
  #session;
  #clock;
  #window;
  #name;
  #open = new Set();

  // channel: a BroadcastChannel of the room · session: session storage
  constructor({ channel, session, clock, nonce, window }) {
    this.#channel = channel;
    this.#session = session;
    this.#clock = clock;
    this.#window = window;
    this.#name = session.get(NAME) ?? nonce();
  }

  get name() {
    return this.#name;
  }

  start() {
    this.#clearName();
    this.#channel.addEventListener("message", this.#received);
    this.#window.addEventListener("pagehide", this.#storeName);
    this.#window.addEventListener("pageshow", this.#clearName);
  }

  // The names of the others, after a time for answers. A frozen tab does not answer.
  async find() {
    this.#channel.postMessage({ asks: this.#name });
    await new Promise((resolve) => this.#clock.setTimeout(resolve, ANSWER_MS));
    return this.#open;
  }

  #received = ({ data: { asks, is } }) => {
    this.#open.add(asks ?? is);
    if (asks) this.#channel.postMessage({ is: this.#name });
  };

  #storeName = () => {
    this.#session.set(NAME, this.#name);
  };

  #clearName = () => {
    this.#session.set(NAME, undefined);
  };
}
