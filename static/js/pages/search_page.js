// Entry script of the page that searches in a room.

import { clock } from "../lib/browser.js";
import { Times } from "../lib/times.js";
import "./every_page.js";

const times = new Times({ clock });
document.querySelectorAll("time").forEach((time) => times.localize(time));
