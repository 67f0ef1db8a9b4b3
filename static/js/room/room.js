// The room page: makes its parts, wires them to each other, and navigates away when its person is out of the room.

import { ConnectionStatus } from "../lib/connection_status.js";
import { CopyLink } from "../lib/copy_link.js";
import { Changes } from "./changes.js";
import { Composer } from "./composer.js";
import { CopyCode } from "./copy_code.js";
import { JumpButton } from "./jump_button.js";
import { Editing } from "./editing.js";
import { HistoryLoader } from "./history_loader.js";
import { Ledger } from "./ledger.js";
import { MessageMenu } from "./message_menu.js";
import { Messages } from "./messages.js";
import { NewestMessages } from "./newest_messages.js";
import { Outbox } from "./outbox.js";
import { OutboxList } from "./outbox_list.js";
import { People } from "./people.js";
import { RoomSync } from "./room_sync.js";
import { ScrollFollower } from "./scroll_follower.js";
import { Timeline, historyOf } from "./timeline.js";
import { UnreadTitle } from "./unread_title.js";

export class Room {
  #main;
  #room;
  #page;
  #window;
  #pendingNavigation;
  #unsent;
  #otherTabs;
  #composer;
  #outbox;
  #sync;
  #parts;
  #leaving = false;

  constructor({ main, pendingNavigation, requests, unsent, otherTabs, clock, times, nonce, window }) {
    const { document, IntersectionObserver, ResizeObserver } = window;
    const { room, person } = main.dataset;
    const part = (selector) => main.querySelector(selector);
    const page = `/rooms/${room}`;
    const { draft, outbox: stored, edit } = unsent.of(room, otherTabs.name);

    const [element, scroller] = [part(".log"), part(".scroller")];
    const follower = new ScrollFollower({ scroller, ResizeObserver });
    const menu = part(".message-menu");
    const messages = new Messages({ template: part(".message-template"), menu, times, person, room, document });
    const timeline = new Timeline({ element, messages, follower });
    const history = historyOf(main);
    const ledger = new Ledger(history);
    const changes = new Changes(history.messages);
    const people = new People({ element: part(".people"), url: `${page}/people`, requests });
    const connection = new ConnectionStatus({
      page: main,
      window,
      reconnected: () => outbox.wake(),
      retry: () => sync.poll(),
      rest: scroller,
    });
    const shown = { ledger, changes, timeline, people, connection };
    const sync = new RoomSync({ page, ...shown, requests, clock, window, delegate: this });
    const outbox = new Outbox({ stored, sync, clock, nonce });
    const newest = new NewestMessages({ sync, follower, connection });
    const touch = window.matchMedia("(pointer: coarse)");
    const editing = new Editing({ stored: edit, sync, outbox, timeline, connection });
    const composer = new Composer({ form: part(".composer"), draft, editing, touch, outbox, follower, newest, clock });
    const pending = { list: part(".outbox"), template: part(".refusal-template") };
    new OutboxList({ ...pending, outbox, composer, editing, messages, timeline, clock });
    new JumpButton({ button: part(".jump"), messages, timeline, follower, newest });
    new UnreadTitle({ document, messages, timeline });
    const loading = { root: element, scroller, timeline, connection, IntersectionObserver };
    const earlier = new HistoryLoader({
      ...loading,
      button: "button.log__earlier",
      margin: "100% 0px 0px",
      load: () => sync.loadEarlier(),
      failure: "Earlier messages could not be loaded. Please try again.",
    });
    const later = new HistoryLoader({
      ...loading,
      button: "button.log__later",
      margin: "0px 0px 100%",
      load: () => sync.loadLater(),
      failure: "Later messages could not be loaded. Please try again.",
    });
    const address = new URL(page, window.location).href;
    const copyLink = new CopyLink({ button: part(".log__copy-link"), address, document });
    const actions = { composer, editing, outbox, dialog: part(".message-deletion"), isOwner: "owner" in main.dataset };
    const messageMenu = new MessageMenu({ menu, root: element, timeline, follower, address, clock, ...actions });
    const at = Number(new URLSearchParams(window.location.search).get("at"));
    const shownLog = { start: () => timeline.start(at) };
    const copyCode = new CopyCode({ root: element });

    this.#main = main;
    this.#room = room;
    this.#page = page;
    this.#window = window;
    this.#pendingNavigation = pendingNavigation;
    this.#unsent = unsent;
    this.#otherTabs = otherTabs;
    this.#composer = composer;
    this.#outbox = outbox;
    this.#sync = sync;
    const controls = [messageMenu, copyLink, copyCode, editing, composer];
    this.#parts = [otherTabs, shownLog, earlier, later, ...controls, outbox, connection, sync];
  }

  // Lifecycle

  start() {
    this.#main.classList.add("room--live");
    this.#window.document.body.classList.add("page--live");
    for (const part of this.#parts) part.start();
    this.#adoptAbandoned();
  }

  // Takes over unsent text of pages that are closed. One draft goes into the box, if that is empty.
  async #adoptAbandoned() {
    const others = await this.#otherTabs.find();
    if (this.#leaving) return;
    const isGone = (page) => page !== this.#otherTabs.name && !others.has(page);
    const { drafts, messages } = this.#unsent.take(this.#room, isGone);
    if (drafts.length > 0 && this.#composer.adopt(drafts[0])) drafts.shift();
    this.#outbox.offer([...messages, ...drafts.map((body) => ({ body }))]);
  }

  // RoomSync's delegate

  // No more at the message that the address names: opened again, or sent to somebody, it leads to the newest.
  atNewest() {
    if (this.#window.location.search !== "") this.#window.history.replaceState(null, "", this.#page);
  }

  // Out of the room: its own address says why. Unsent text stays in the store for a return; from a deleted room the list
  // shows it. What is typed until the other page is there is stored, too.
  refused() {
    if (this.#leaving || this.#pendingNavigation.isPending) return;
    this.#leaving = true;
    this.#sync.stop();
    this.#outbox.stop();
    this.#window.location.replace(this.#page + this.#window.location.search);
  }
}
