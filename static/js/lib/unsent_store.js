// Store of unsent text: the draft, the outbox and the edit in progress of every page, by account, room and page. It
// survives page and tab; two tabs of a room do not share.

const LOGGING_OUT = "logging-out";
const LOG_OUT_MS = 60_000;

export class UnsentStore {
  #storage;
  #session;
  #account;
  #clock;

  // session: session storage · account: whose page this is, "" if nobody is logged in
  constructor({ storage, session, account, clock }) {
    this.#storage = storage;
    this.#session = session;
    this.#account = account;
    this.#clock = clock;
  }

  // The values of one page of a room.
  of(room, page) {
    const value = (name) => this.#value(room, page, name);
    return { draft: value("draft"), outbox: value("outbox"), edit: value("edit") };
  }

  // The unsent text from deleted rooms.
  get fromDeletedRooms() {
    return this.#value("deleted-rooms");
  }

  // Whether there is anything to lose, in a room or anywhere.
  has(...room) {
    return this.#keys(...room).some((names) => isUnsent(this.#value(...names).value ?? {}));
  }

  get rooms() {
    const rooms = this.#keys().filter((key) => key.length > 1).map(([room]) => room);
    return [...new Set(rooms)];
  }

  // Removes and returns the values of a room's pages, of those that match.
  take(room, matches) {
    const pages = new Set(this.#keys(room).map(([, page]) => page));
    const taken = { drafts: [], messages: [] };
    for (const { draft, outbox, edit } of [...pages].filter(matches).map((page) => this.of(room, page))) {
      if (draft.value) taken.drafts.push(draft.value);
      taken.messages.push(...(outbox.value ?? []));
      const { original, ...begun } = edit.value ?? {};
      if (begun.body !== original) taken.messages.push(begun);
      draft.value = outbox.value = edit.value = undefined;
    }
    return taken;
  }

  // Moves what a deleted room's pages have stored to where the list shows it. A deletion has no words.
  keepForList(room, matches = () => true) {
    const { drafts, messages } = this.take(room, matches);
    const texts = [...messages.map(({ body }) => body).filter((body) => body !== undefined), ...drafts];
    const kept = this.fromDeletedRooms;
    if (texts.length > 0) kept.value = [kept.value, ...texts].filter(Boolean).join("\n\n");
  }

  // Called before a log-out from this tab, whose person was asked about unsent text.
  loggingOut() {
    this.#session.set(LOGGING_OUT, { account: this.#account, at: this.#clock.date() });
  }

  // Removes what other accounts have stored, and after a log-out what that account has: from this tab, or from a page
  // whose script had not come yet (`loggedOut`, as the server says). After a session that ended otherwise everything
  // stays, because its person will come back.
  tidy({ isLoggedIn, loggedOut }) {
    const left = this.#session.get(LOGGING_OUT);
    this.#session.set(LOGGING_OUT, undefined);
    const hasLeft = left && this.#clock.date() - left.at < LOG_OUT_MS;
    const isOf = (account, key) => account === "" || key.startsWith(`${account}:`);
    const isOver = (key) => {
      if (isLoggedIn) return !isOf(this.#account, key);
      return loggedOut || (hasLeft && isOf(left.account, key));
    };
    for (const key of this.#storage.keys.filter(isOver)) this.#storage.set(key, undefined);
  }

  // Internal

  #value(...names) {
    const [storage, key] = [this.#storage, [this.#account, ...names].join(":")];
    return {
      get value() {
        return storage.get(key);
      },
      set value(value) {
        storage.set(key, value);
      },
    };
  }

  // The names that follow the given ones in keys; without an account, those of all accounts.
  #keys(...names) {
    if (!this.#account) return this.#storage.keys.map((key) => key.split(":").slice(1));
    const start = [this.#account, ...names, ""].join(":");
    const keys = this.#storage.keys.filter((key) => key.startsWith(start));
    return keys.map((key) => key.split(":").slice(1));
  }
}

// An edit in which nothing was changed is not; whatever else is stored is.
function isUnsent({ body, original = null }) {
  return body !== original;
}
