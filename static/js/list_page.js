// Brings the list page to life, and shows what could not be sent to a room that is gone.

import { clock, departure, requests, storage } from "./browser.js";
import { leftoverOf } from "./keepsakes.js";
import { List } from "./list.js";
import "./page.js";

const leftover = leftoverOf(storage, document.body.dataset.account);
const box = document.querySelector(".leftover");

box.hidden = !leftover.value;
box.querySelector("textarea").value = leftover.value ?? "";
box.querySelector("button").addEventListener("click", () => {
  leftover.value = undefined;
  box.hidden = true;
});

new List({ page: document.querySelector("main.rooms"), departure, requests, clock, window }).start();
