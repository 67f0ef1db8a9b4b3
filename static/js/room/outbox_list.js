// View of the outbox, below the log.

export class OutboxList {
  #list;
  #template;
  #outbox;
  #composer;
  #rows = new Map();

  constructor({ list, template, outbox, composer }) {
    this.#list = list;
    this.#template = template;
    this.#outbox = outbox;
    this.#composer = composer;
    outbox.addEventListener("change", () => this.#show(outbox.messages));
  }

  #show(messages) {
    for (const [message, row] of this.#rows) {
      if (messages.includes(message)) continue;
      row.remove();
      this.#rows.delete(message);
    }
    for (const message of messages) this.#update(this.#rows.get(message) ?? this.#add(message), message);
    this.#list.hidden = messages.length === 0;
  }

  #add(message) {
    const row = this.#template.content.cloneNode(true).querySelector(".unsent-message");
    row.querySelector(".unsent-message__body").textContent = message.body;
    const listen = (button, act) => row.querySelector(`.unsent-message__${button}`).addEventListener("click", act);
    listen("retry", () => this.#outbox.retry(message));
    listen("edit", () => this.#edit(message));
    listen("discard", () => this.#outbox.discard(message));
    this.#list.append(row);
    this.#rows.set(message, row);
    return row;
  }

  #edit(message) {
    this.#outbox.discard(message);
    this.#composer.restore(message.body);
  }

  #update(row, { refusal }) {
    const refused = refusal !== null;
    const state = row.querySelector(".unsent-message__state");
    const text = refusal ? `not sent: ${refusal}` : refused ? "not sent" : "sending…";
    if (state.textContent !== text) state.textContent = text;
    row.classList.toggle("unsent-message--refused", refused);
    row.querySelector(".unsent-message__retry").textContent = refusal === "" ? "Send" : "Retry";
    row.querySelector(".unsent-message__actions").hidden = !refused;
  }
}
