// Protocol error: an answer contradicts what the page knows. It never happens in normal use, so it is reported.

export class ProtocolError extends Error {}

export function report(error, document) {
  console.error(error);
  document.dispatchEvent(new CustomEvent("parlor:protocol-error", { detail: { reason: error.message } }));
}
