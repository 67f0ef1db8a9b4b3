// One request and its whole answer, or a throw.
//
// What comes back is final: somebody decided it. What throws may go better next time:
// no connection, no answer in time, a server in trouble, a stranger's page where JSON was due.

export const JSON_TYPE = "application/json";
export const HTML_TYPE = "text/html";

// Whoever hears one of these must go where the room's own page sends them.
export const NO_ACCESS = new Set([401, 403, 404, 410]);

// What the page of a room answers that is no more; 0: it redirects, as it does for those who were inside.
export const ROOM_OVER = new Set([0, 404, 410]);

const TIMEOUT_MS = 8_000;
const RETRYABLE = new Set([408, 425, 429]);

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

  // account: whose page this is. Should somebody else log in from another tab, the server refuses us
  // rather than let us go on in their name.
  constructor({ fetch, clock, account }) {
    this.#fetch = fetch;
    this.#clock = clock;
    this.#account = account;
  }

  // `type` is what a 200 must be, `signal` lets the caller give up earlier than we do.
  async ask(url, { type, signal, ...options }) {
    const abort = new AbortController();
    const cancel = () => abort.abort();
    const timer = this.#clock.setTimeout(cancel, TIMEOUT_MS);
    signal?.addEventListener("abort", cancel);
    try {
      const response = await this.#fetch(url, {
        ...options,
        headers: { Accept: type, "Parlor-Account": this.#account, ...options.headers },
        cache: "no-store",
        redirect: "manual",
        signal: abort.signal,
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
    const found = response.headers.get("Content-Type") ?? "";
    if (response.ok && status !== 204 && !found.startsWith(type)) throw new TransientError(`not ${type}`);
    // No JSON route redirects: whoever does is in between (a hotel's log-in page, say).
    if (response.type === "opaqueredirect" && type === JSON_TYPE) throw new TransientError("redirected");
    const body = /json/.test(found) ? await response.json() : await response.text();
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
