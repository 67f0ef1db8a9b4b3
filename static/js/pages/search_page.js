// Entry script of the page that searches in a room.

import { clock, requests } from "../lib/browser.js";
import { Comeback } from "../lib/comeback.js";
import { parse } from "../lib/fragments.js";
import { morph } from "../lib/morph.js";
import { HTML_TYPE } from "../lib/requests.js";
import { Times } from "../lib/times.js";
import "./every_page.js";

const times = new Times({ clock });
const page = document.querySelector("main.found");

// What was found may have been edited or deleted since. What is being typed stays.
async function searchAgain() {
  if (!page.querySelector(".found__hits")) return;
  // Without an answer the page stays; the next time may be better.
  const answer = await requests.ask(location.href, { type: HTML_TYPE }).catch(() => undefined);
  if (!answer) return;
  const fresh = answer.status === 200 && parse(answer.body, "main.found");
  if (!fresh) return location.reload();
  localize(fresh);
  morph(page, fresh);
}

function localize(root) {
  times.followDay();
  root.querySelectorAll("time").forEach((time) => times.localizeWithDay(time));
}

localize(page);
new Comeback({ act: searchAgain, clock, window }).start();
