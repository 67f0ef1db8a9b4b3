// The number of messages that came while the tab was hidden, in its title.

export class UnreadTitle {
  #document;
  #title;
  #count = 0;

  constructor({ document, messages, timeline }) {
    this.#document = document;
    this.#title = document.title;
    const came = ({ detail }) => {
      if (document.hidden) this.#show(this.#count + detail.messages.filter((it) => !messages.isMine(it)).length);
    };
    for (const type of ["append", "miss"]) timeline.addEventListener(type, came);
    document.addEventListener("visibilitychange", () => document.hidden || this.#show(0));
  }

  #show(count) {
    this.#count = count;
    this.#document.title = count > 0 ? `(${count}) ${this.#title}` : this.#title;
  }
}
