// What every page does, those without a script of their own too.

import { account, clock, departure, local, session } from "../lib/browser.js";
import { Steady } from "../lib/steady.js";
import { Farewell } from "../room/farewell.js";
import { forgetName } from "../room/siblings.js";
import { Unsent } from "../room/unsent.js";

export const unsent = new Unsent({ shelf: local, session, account, clock });

unsent.tidy({ isLoggedIn: document.querySelector(".header__exit") !== null });
if (document.querySelector("main.room") === null) forgetName(session);
new Farewell({ window, unsent }).start();
departure.start();
// Once the page's own script has put everything in its place.
clock.setTimeout(() => new Steady({ root: document.body, clock, window }).start(), 0);
