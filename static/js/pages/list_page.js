// Entry script of the list of rooms.

import { clock, pendingNavigation, requests } from "../lib/browser.js";
import { List } from "../list/list.js";
import { UnsentFromDeletedRooms } from "../list/unsent_from_deleted_rooms.js";
import { unsent } from "./every_page.js";

const page = document.querySelector("main.rooms");

new UnsentFromDeletedRooms({ box: page.querySelector(".unsent--deleted-rooms"), unsent, requests }).start();
new List({ page, pendingNavigation, requests, clock, window }).start();
