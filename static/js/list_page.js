// Brings the list page to life.

import { clock, departure, requests, unsent } from "./browser.js";
import { Leftover } from "./leftover.js";
import { List } from "./list.js";
import "./page.js";

const page = document.querySelector("main.rooms");

new Leftover({ box: page.querySelector(".leftover"), unsent, requests }).start();
new List({ page, departure, requests, clock, window }).start();
