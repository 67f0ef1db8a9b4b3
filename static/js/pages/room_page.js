// Brings a room page to life. A page of older history (no `data-live`) only gets the reader's own times.

import { clock, departure, nonce, requests, session } from "../lib/browser.js";
import { Times } from "../lib/times.js";
import { Messages } from "../room/messages.js";
import { Room } from "../room/room.js";
import { Siblings } from "../room/siblings.js";
import { unsent } from "./page.js";

const main = document.querySelector("main.room");
const times = new Times();

if ("live" in main.dataset) {
  const channel = new BroadcastChannel(`parlor:${document.body.dataset.account}:${main.dataset.room}`);
  const siblings = new Siblings({ channel, session, clock, nonce, window });
  new Room({ main, departure, requests, unsent, siblings, clock, times, nonce, window }).start();
} else {
  new Messages({ times, document }).dress(main.querySelectorAll("[data-seq]"));
}
