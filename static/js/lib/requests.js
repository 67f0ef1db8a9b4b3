// HTTP client: one request and its whole answer, or a TransientError.
//
// What throws may succeed when it is tried again: no connection, no answer in time, an overloaded or failing server,
// a page of something in between where JSON was expected.

import { RETRYABLE } from "./statuses.js";

export const JSON_TYPE = "application/json";
export const HTML_TYPE = "text/html";

const ANSWER_TIMEOUT_MS = 8_000;

export class TransientError extends Error {
  constructor(message, retryAfter = 0) {
    super(message);
    this.retryAfter = retryAfter;
  }
}

export class Requests {
  #fetch;
  #clock;
  #account;

  // account: whose page this is. When another account logs in from another tab, the server refuses this page
  // instead of acting in that account's name.
  constructor({ fetch, clock, account }) {
    this.#fetch = fetch;
    this.#clock = clock;
    this.#account = account;
  }

  // type: what a 200 must be · signal: aborts before the timeout does
  async ask(url, { type, signal, ...options }) {
    const controller = new AbortController();
    const cancel = () => controller.abort();
    const timer = this.#clock.setTimeout(cancel, ANSWER_TIMEOUT_MS);
    signal?.addEventListener("abort", cancel);
    try {
      const response = await this.#fetch(url, {
        ...options,
        headers: { Accept: type, "Parlor-Account": this.#account, ...options.headers },
        cache: "no-store",
        redirect: "manual",
        signal: controller.signal,
      });
      return await this.#read(response, type);
    } catch (error) {
      throw error instanceof TransientError ? error : new TransientError(error.message);
    } finally {
      this.#clock.clearTimeout(timer);
      signal?.removeEventListener("abort", cancel);
    }
  }

  async #read(response, type) {
    const { status } = response;
    if (status >= 500 || RETRYABLE.has(status)) {
      throw new TransientError(`answer ${status}`, this.#retryAfter(response));
    }
    const contentType = response.headers.get("Content-Type") ?? "";
    if (response.ok && status !== 204 && !contentType.startsWith(type)) throw new TransientError(`not ${type}`);
    // A page or a captive portal: where the answer matters, an address that never redirects is asked.
    if (response.type === "opaqueredirect") throw new TransientError("redirected");
    const body = /json/.test(contentType) ? await response.json() : await response.text();
    return { status, body };
  }

  // Milliseconds; the header holds seconds or a date.
  #retryAfter(response) {
    const value = response.headers.get("Retry-After");
    if (!value) return 0;
    const wait = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - this.#clock.date();
    return Math.max(0, wait || 0);
  }
}
