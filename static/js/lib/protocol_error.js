// The server's answer and this page cannot both be right. Never part of normal life, so it is loud.

export class ProtocolError extends Error {}

export function report(error, document) {
  console.error(error);
  document.dispatchEvent(new CustomEvent("parlor:protocol-error", { detail: { reason: error.message } }));
}
