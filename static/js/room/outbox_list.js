// The outbox as the author sees it, under the log.

export class OutboxList {
  #list;
  #template;
  #delegate;
  #rows = new Map();

  // delegate: retry(entry) · edit(entry) · discard(entry)
  constructor({ list, template, delegate }) {
    this.#list = list;
    this.#template = template;
    this.#delegate = delegate;
  }

  show(entries) {
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
    for (const act of ["retry", "edit", "discard"]) {
      row.querySelector(`.unsent-message__${act}`).addEventListener("click", () => this.#delegate[act](entry));
    }
    this.#list.append(row);
    this.#rows.set(entry, row);
    return row;
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
