// What can be pressed.

export const CONTROLS = "a, button, summary";
