// Brings a room page to life. A page of older history (no `data-live`) only gets the reader's own times.

import { clock, departure, nonce, requests, storage } from "./browser.js";
import { keepsakesOf } from "./keepsakes.js";
import { Messages } from "./messages.js";
import "./page.js";
import { Room } from "./room.js";
import { Times } from "./times.js";

const main = document.querySelector("main.room");
const times = new Times();

if ("live" in main.dataset) {
  const keepsakes = keepsakesOf(storage, document.body.dataset.account, main.dataset.room);
  new Room({ main, departure, requests, keepsakes, clock, times, nonce, window }).start();
} else {
  new Messages({ times, document }).dress(main.querySelectorAll("[data-seq]"));
}
