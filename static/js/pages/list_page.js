// Entry script of the list of rooms.

import { clock, pendingNavigation, requests } from "../lib/browser.js";
import { Times } from "../lib/times.js";
import { List } from "../list/list.js";
import { UnsentFromDeletedRooms } from "../list/unsent_from_deleted_rooms.js";
import { unsent } from "./every_page.js";

const page = document.querySelector("main.rooms");

const unfolding = page.querySelector(".new-room");
const rest = unfolding.querySelector("summary");
const kept = new UnsentFromDeletedRooms({ box: page.querySelector(".unsent--deleted-rooms"), unsent, requests, rest });
const list = new List({ page, pendingNavigation, requests, clock, times: new Times({ clock }), window });
list.addEventListener("notice", () => kept.check());
kept.start();
list.start();

// Not when it comes unfolded.
const focus = () => unfolding.open && document.getElementById("create-name").focus();
rest.addEventListener("click", () => {
  unfolding.addEventListener("toggle", focus, { once: true });
});
