// Entry script of a room. A page of older history (no `data-live`) only gets its times localized.

import { clock, nonce, pendingNavigation, requests, session } from "../lib/browser.js";
import { OtherTabs } from "../lib/other_tabs.js";
import { Times } from "../lib/times.js";
import { Messages } from "../room/messages.js";
import { copyPlainly } from "../room/plain_copy.js";
import { Room } from "../room/room.js";
import { Timeline } from "../room/timeline.js";
import { unsent } from "./every_page.js";

const main = document.querySelector("main.room");
const times = new Times({ clock });

main.querySelector(".scroller").addEventListener("copy", copyPlainly);

if ("live" in main.dataset) {
  const channel = new BroadcastChannel(`parlor:${document.body.dataset.account}:${main.dataset.room}`);
  const otherTabs = new OtherTabs({ channel, session, clock, nonce, window });
  new Room({ main, pendingNavigation, requests, unsent, otherTabs, clock, times, nonce, window }).start();
} else {
  new Timeline({ element: main.querySelector(".log"), messages: new Messages({ times, document }) }).localize();
}
