// The outbox as the author sees it, under the log.

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
    outbox.addEventListener("change", () => this.#show(outbox.entries));
  }

  #show(entries) {
    for (const [entry, row] of this.#rows) {
      if (entries.includes(entry)) continue;
      row.remove();
      this.#rows.delete(entry);
    }
    for (const entry of entries) this.#update(this.#rows.get(entry) ?? this.#add(entry), entry);
    this.#list.hidden = entries.length === 0;
  }

  #add(entry) {
    const row = this.#template.content.cloneNode(true).querySelector(".unsent-message");
    row.querySelector(".unsent-message__body").textContent = entry.body;
    const listen = (button, act) => row.querySelector(`.unsent-message__${button}`).addEventListener("click", act);
    listen("retry", () => this.#outbox.retry(entry));
    listen("edit", () => this.#edit(entry));
    listen("discard", () => this.#outbox.discard(entry));
    this.#list.append(row);
    this.#rows.set(entry, row);
    return row;
  }

  #edit(entry) {
    this.#outbox.discard(entry);
    this.#composer.giveBack(entry.body);
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
