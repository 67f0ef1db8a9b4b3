// What every page does, those without a script of their own too.

import { departure, unsent } from "./browser.js";
import { Farewell } from "./farewell.js";

unsent.tidy({ isLoggedIn: document.querySelector(".header__exit") !== null });
new Farewell({ window, unsent }).start();
departure.start();
