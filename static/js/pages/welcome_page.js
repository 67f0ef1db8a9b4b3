// Entry script of the welcome page.

import { ShowPassword } from "../lib/show_password.js";
import "./every_page.js";

for (const button of document.querySelectorAll(".field__show")) new ShowPassword(button).start();
