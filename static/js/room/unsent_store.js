// What was written and not sent, kept by account, room and page: it outlives its page and its tab, and two
// tabs of a room each have their own.

const LOGGING_OUT = "logging-out";
const LOG_OUT_MS = 60_000;

export class UnsentStore {
  #storage;
  #session;
  #account;
  #clock;

  // session: what the tab keeps · account: whose page this is, "" on the page of nobody
  constructor({ storage, session, account, clock }) {
    this.#storage = storage;
    this.#session = session;
    this.#account = account;
    this.#clock = clock;
  }

  // What one page of a room keeps.
  of(room, page) {
    return { draft: this.#value(room, page, "draft"), outbox: this.#value(room, page, "outbox") };
  }

  // What is left of rooms that are gone.
  get fromDeletedRooms() {
    return this.#value("deleted-rooms");
  }

  // Whether there is anything, in a room or at all.
  has(...room) {
    return this.#keys(...room).length > 0;
  }

  get rooms() {
    const rooms = this.#keys().filter((key) => key.length > 1).map(([room]) => room);
    return [...new Set(rooms)];
  }

  // Takes away what the pages of a room have kept that are meant.
  take(room, isMeant) {
    const pages = new Set(this.#keys(room).map(([, page]) => page));
    const taken = { drafts: [], messages: [] };
    for (const { draft, outbox } of [...pages].filter(isMeant).map((page) => this.of(room, page))) {
      if (draft.value) taken.drafts.push(draft.value);
      taken.messages.push(...(outbox.value ?? []));
      draft.value = outbox.value = undefined;
    }
    return taken;
  }

  // The room is gone for good, its words are not.
  keepForList(room, isMeant = () => true) {
    const { drafts, messages } = this.take(room, isMeant);
    const texts = [...messages.map(({ body }) => body), ...drafts];
    const kept = this.fromDeletedRooms;
    if (texts.length > 0) kept.value = [kept.value, ...texts].filter(Boolean).join("\n\n");
  }

  // Somebody is about to log out from this tab, and knows what goes with it.
  loggingOut() {
    this.#session.set(LOGGING_OUT, { account: this.#account, at: this.#clock.date() });
  }

  // Takes away what is of no more use to whoever has this page: the words of other accounts, and where a
  // log-out has led here those of whoever has logged out. A session that has ended otherwise takes none away,
  // for its person comes back.
  tidy({ isLoggedIn }) {
    const left = this.#session.get(LOGGING_OUT);
    this.#session.set(LOGGING_OUT, undefined);
    const hasLeft = left && !isLoggedIn && this.#clock.date() - left.at < LOG_OUT_MS;
    const isOf = (account) => (key) => account === "" || key.startsWith(`${account}:`);
    const isOver = this.#account ? (key) => !isOf(this.#account)(key) : hasLeft ? isOf(left.account) : () => false;
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

  // The names behind those given; where nobody can say whose page this is, those of everybody.
  #keys(...names) {
    if (!this.#account) return this.#storage.keys.map((key) => key.split(":").slice(1));
    const start = [this.#account, ...names, ""].join(":");
    const keys = this.#storage.keys.filter((key) => key.startsWith(start));
    return keys.map((key) => key.split(":").slice(1));
  }
}
