// Clipboard. Not by `navigator.clipboard`, which is missing on a page that came by plain HTTP, as in most school networks.

// → whether it was copied
export function copyText(text, document) {
  const fill = (event) => {
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
  };
  document.addEventListener("copy", fill, { once: true });
  const copied = document.execCommand("copy");
  document.removeEventListener("copy", fill);
  return copied;
}
