// Entry script of one's own account.

import { clock } from "../lib/browser.js";
import { ShowPassword } from "../lib/show_password.js";
import { Times } from "../lib/times.js";
import "./every_page.js";

const times = new Times({ clock });
for (const time of document.querySelectorAll(".session time")) times.localizeBriefly(time);
for (const button of document.querySelectorAll(".field__show")) new ShowPassword(button).start();
