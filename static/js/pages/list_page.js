// Brings the list page to life.

import { clock, departure, requests } from "../lib/browser.js";
import { Leftover } from "../list/leftover.js";
import { List } from "../list/list.js";
import { unsent } from "./page.js";

const page = document.querySelector("main.rooms");

new Leftover({ box: page.querySelector(".leftover"), unsent, requests }).start();
new List({ page, departure, requests, clock, window }).start();
