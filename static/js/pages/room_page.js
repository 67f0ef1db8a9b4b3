// Entry script of a room.

import { clock, nonce, pendingNavigation, requests, session } from "../lib/browser.js";
import { OtherTabs } from "../lib/other_tabs.js";
import { Times } from "../lib/times.js";
import { copyPlainly } from "../room/plain_copy.js";
import { Room } from "../room/room.js";
import { unsent } from "./every_page.js";

const main = document.querySelector("main.room");
const times = new Times({ clock });

main.querySelector(".scroller").addEventListener("copy", copyPlainly);

const channel = new BroadcastChannel(`parlor:${document.body.dataset.account}:${main.dataset.room}`);
const otherTabs = new OtherTabs({ channel, session, clock, nonce, window });
new Room({ main, pendingNavigation, requests, unsent, otherTabs, clock, times, nonce, window }).start();
