// What is copied from a talk: plain text, with author and time of each message. A copy with styles would hide them
// where the page does.

export function copyPlainly(event) {
  const text = event.currentTarget.ownerDocument.getSelection().toString();
  // Without a selection the browser copies nothing, and keeps what was copied before.
  if (text === "") return;
  event.clipboardData.setData("text/plain", text);
  event.preventDefault();
}
