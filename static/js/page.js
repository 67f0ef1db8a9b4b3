// What every page does, those without a script of their own too.

import { departure } from "./browser.js";

departure.start();
