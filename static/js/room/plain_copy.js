// What is copied from a talk: plain text, with author and time of each message. A copy with styles would hide them
// where the page does.

export function copyPlainly(event) {
  event.clipboardData.setData("text/plain", event.currentTarget.ownerDocument.getSelection().toString());
  event.preventDefault();
}
