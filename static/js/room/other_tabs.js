// This page among those of its room in the same browser: what it is called, and which others are open.
//
// A page hands its name on to the next one of its tab, as on a reload, and so its words too; not over another
// page, from which people come back much later. Names are not simply the tab's: a tab that is duplicated takes
// along what it has stored.

const ANSWER_MS = 400;
const NAME = "page";

// A page that is none of a room's takes no name on.
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

  // channel: a BroadcastChannel of the room · session: what the tab keeps
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

  stop() {
    this.#storeName();
    this.#channel.close();
    this.#window.removeEventListener("pagehide", this.#storeName);
    this.#window.removeEventListener("pageshow", this.#clearName);
  }

  // The names of the others, once they have had time to answer. One that is fast asleep does not.
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
