// Entry script of the pages for admins: times as the reader has them.

import { clock } from "../lib/browser.js";
import { Times } from "../lib/times.js";
import "./every_page.js";

const times = new Times({ clock });
for (const time of document.querySelectorAll(".admin time")) times.localizeBriefly(time);
