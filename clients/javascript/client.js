// The client of Wirecheck for JavaScript: browsers, extensions and Node 20 or later. It needs nothing else.

/**
 * @typedef {object} Query what `POST /v1/check` takes
 * @property {string} claim one statement, 3 to 1,000 characters
 * @property {number} [limit] sentences judged, 1 to 50
 * @property {string} [published_from] a date or a moment (ISO 8601)
 * @property {string} [published_to]
 * @property {{include?: string[], exclude?: string[]}} [publishers]
 * @property {boolean} [include_excluded] also give the near misses, and why they do not count
 */

/**
 * @typedef {object} Report what the articles say about a claim; openapi.yaml describes every field
 * @property {string} check_id
 * @property {string} claim
 * @property {"supported" | "refuted" | "disputed" | "outdated" | "not_enough_evidence"} verdict
 * @property {number} confidence from 0 to 1
 * @property {string} reason
 * @property {{supporting: number, conflicting: number, mixed: number}} origins
 * @property {object[]} evidence
 * @property {object[]} related
 */

/**
 * @typedef {object} TextLine one line of the answer to a whole text; offsets count code points of that text
 * @property {"text" | "claim" | "left_out" | "summary"} kind
 * @property {number | null} start
 * @property {number | null} end
 * @property {string | null} sentence
 * @property {string | null} checked_as the claim as it stands alone
 * @property {string | null} reason why a sentence was left out
 * @property {Report | null} report
 * @property {object | null} problem why a claim has no report
 */

// --- errors -----------------------------------------------------------------------------------------------------
// WirecheckError
//   ProblemError            the server answers with a problem (RFC 9457)
//     InvalidError          400, 413, 415, 422: the request has to be changed
//     UnauthorizedError     401: no API key, or one that is not known
//     ForbiddenError        403: the key or the page may not do this
//     NotFoundError         404
//     ConflictError         409, 412: it is there already, or has changed since
//     BusyError             429, 503: later; `retryAfter` says when
//   UnreachableError        no answer: offline, a wrong address, or the server has stopped
//   BrokenAnswerError       an answer that is not Wirecheck's, or that ends too early

export class WirecheckError extends Error {
  constructor(message, options) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** An answer that is not what was asked for; `problem` holds RFC 9457's members where the server gave them. */
export class ProblemError extends WirecheckError {
  /** @param {number} status @param {object | null} problem @param {number | null} retryAfter seconds */
  constructor(status, problem, retryAfter = null) {
    super(problem?.detail ?? `The server answers ${status}.`);
    this.status = status;
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  /** Each fault with the place of it in the request: `{detail, pointer}` or `{detail, parameter}`. */
  get errors() {
    return this.problem?.errors ?? [];
  }
}

export class InvalidError extends ProblemError {}
export class UnauthorizedError extends ProblemError {}
export class ForbiddenError extends ProblemError {}
export class NotFoundError extends ProblemError {}
export class ConflictError extends ProblemError {}
export class BusyError extends ProblemError {}
export class UnreachableError extends WirecheckError {}
export class BrokenAnswerError extends WirecheckError {}

const BY_STATUS = {
  400: InvalidError, 413: InvalidError, 415: InvalidError, 422: InvalidError, 401: UnauthorizedError, 403: ForbiddenError,
  404: NotFoundError, 409: ConflictError, 412: ConflictError, 429: BusyError, 503: BusyError,
};

// --- client -----------------------------------------------------------------------------------------------------

export class Client {
  #baseUrl;
  #apiKey;
  #fetch;

  /**
   * @param {object} [options]
   * @param {string} [options.baseUrl] the server's address; empty for the one that served this page
   * @param {string | null | (() => string | null)} [options.apiKey] sent as a bearer token, to that address only; a
   *   function is asked before each request
   * @param {typeof fetch} [options.fetch] what asks
   */
  constructor({ baseUrl = "", apiKey = null, fetch = globalThis.fetch } = {}) {
    this.#baseUrl = baseUrl.replace(/\/+$/, "");
    this.#apiKey = apiKey;
    this.#fetch = (url, init) => fetch(url, init);
  }

  /** @param {Query} query @returns {Promise<Report>} */
  async check(query, { signal } = {}) {
    const report = await this.#json("POST", "/v1/check", { body: query, signal });
    if (!report?.verdict) throw new BrokenAnswerError("The answer is no report. Is this the address of a Wirecheck server?");
    return report;
  }

  /**
   * Check every claim of a text, and give each line as soon as it is there.
   * @param {Omit<Query, "claim"> & ({text: string} | {html: string})} query
   * @returns {AsyncGenerator<TextLine>}
   */
  async *checkText(query, { signal } = {}) {
    const response = await this.#ask("POST", "/v1/check-text", { body: query, signal });
    let isWhole = false;
    for await (const line of lines(response.body, signal)) {
      const row = parsed(line);
      isWhole = row.kind === "summary";
      yield row;
    }
    if (!isWhole) throw new BrokenAnswerError("The answer ended before the whole text was checked; send it again.");
  }

  checks({ stale = false, cursor = null, limit = 20, signal } = {}) {
    return this.#json("GET", `/v1/checks?${search({ stale, cursor, limit })}`, { signal });
  }

  keptCheck(id, { signal } = {}) {
    return this.#json("GET", `/v1/checks/${encodeURIComponent(id)}`, { signal });
  }

  recheck(id, { signal } = {}) {
    return this.#json("POST", `/v1/checks/${encodeURIComponent(id)}/recheck`, { signal });
  }

  claimReview(id, { signal } = {}) {
    return this.#json("GET", `/v1/checks/${encodeURIComponent(id)}/claimreview`, { signal });
  }

  /** A check as a page of HTML that is whole in itself, to print or to keep. @returns {Promise<string>} */
  printedCheck(id, { signal } = {}) {
    return this.#text("GET", `/v1/checks/${encodeURIComponent(id)}/report`, { signal });
  }

  articles({ cursor = null, limit = 50, signal } = {}) {
    return this.#json("GET", `/v1/articles?${search({ cursor, limit })}`, { signal });
  }

  article(id, { signal } = {}) {
    return this.#json("GET", articlePath(id), { signal });
  }

  addArticle(article, { signal } = {}) {
    return this.#json("POST", "/v1/articles", { body: article, signal });
  }

  /**
   * Add many articles, one a line of JSON, and give what became of each line.
   * @param {string | Blob} jsonLines
   * @returns {AsyncGenerator<{line: number, status: number, receipt: object | null, problem: object | null}>}
   */
  async *addArticles(jsonLines, { onDuplicate = "fail", signal } = {}) {
    const path = `/v1/articles?${search({ on_duplicate: onDuplicate })}`;
    const response = await this.#ask("POST", path, { body: jsonLines, type: "application/x-ndjson", signal });
    for await (const line of lines(response.body, signal)) yield parsed(line);
  }

  async deleteArticle(id, { signal } = {}) {
    await this.#ask("DELETE", articlePath(id), { signal });
  }

  /** Say whether the server is ready, part by part. */
  ready({ signal } = {}) {
    return this.#json("GET", "/readyz", { signal });
  }

  async #json(method, path, options) {
    return parsed(await this.#text(method, path, options));
  }

  async #text(method, path, options) {
    const response = await this.#ask(method, path, options);
    return answered(response.text(), options.signal);
  }

  async #ask(method, path, { body = null, type = "application/json", signal = null } = {}) {
    const headers = body === null ? {} : { "Content-Type": type };
    const sent = body === null ? undefined : type === "application/json" ? JSON.stringify(body) : body;
    const key = typeof this.#apiKey === "function" ? this.#apiKey() : this.#apiKey;
    if (key) headers.Authorization = `Bearer ${key}`;
    // A redirect could lead the text and the key to another server.
    const init = { method, headers, body: sent, signal, redirect: "error" };
    const response = await answered(this.#fetch(this.#baseUrl + path, init), signal);
    if (response.ok) return response;
    const problem = await response.json().catch(() => null);
    const later = Number(response.headers.get("Retry-After"));
    const Kind = BY_STATUS[response.status] ?? ProblemError;
    throw new Kind(response.status, problem, later > 0 ? later : null);
  }
}

/** What fetch and streams fail with is a TypeError that names nothing; a caller's abort stays what it is. */
async function answered(promise, signal) {
  try {
    return await promise;
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new UnreachableError("The server cannot be reached. Is it running, and is its address right?", { cause });
  }
}

async function* lines(body, signal) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause) => cutOff(cause, signal));
      if (done) break;
      const found = (rest + value).split("\n");
      rest = found.pop();
      yield* found.filter(Boolean);
    }
  } finally {
    reader.cancel().catch(() => {}); // who stops reading needs no more; an abort has closed it already
  }
  if (rest) yield rest;
}

function cutOff(cause, signal) {
  if (signal?.aborted) throw cause;
  throw new UnreachableError("The connection broke off before the whole text was checked.", { cause });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BrokenAnswerError("The answer is not JSON. Is this the address of a Wirecheck server?", { cause });
  }
}

function articlePath(id) {
  return `/v1/articles/${id.split("/").map(encodeURIComponent).join("/")}`;
}

function search(values) {
  const given = Object.entries(values).filter(([, value]) => value !== null && value !== false);
  return new URLSearchParams(given);
}

// --- offsets ----------------------------------------------------------------------------------------------------
// The contract counts Unicode code points; strings here count UTF-16 units, two for an emoji.

/**
 * Give the function that turns an offset in code points into one in UTF-16 units of this text.
 * Offsets beyond the end are the end's.
 * @param {string} text @returns {(offset: number) => number}
 */
export function utf16(text) {
  const starts = [];
  let at = 0;
  for (const point of text) {
    starts.push(at);
    at += point.length;
  }
  return (offset) => starts[offset] ?? text.length;
}

/** How many code points a text has: what the contract's limits count. */
export function length(text) {
  return Array.from(text).length;
}

/** The part of a text from one offset to another, both in code points. */
export function slice(text, start, end) {
  return Array.from(text).slice(start, end).join("");
}

/** A text in parts, `marked` or not, by spans in code points; overlapping spans become one. */
export function parts(text, spans) {
  const points = Array.from(text);
  const marks = spans.filter((s) => s.start < s.end && s.start >= 0 && s.end <= points.length);
  marks.sort((a, b) => a.start - b.start);
  const found = [];
  let at = 0;
  for (const { start, end } of marks) {
    if (end <= at) continue;
    if (start > at) found.push({ text: points.slice(at, start).join(""), marked: false });
    found.push({ text: points.slice(Math.max(at, start), end).join(""), marked: true });
    at = end;
  }
  if (at < points.length) found.push({ text: points.slice(at).join(""), marked: false });
  return found;
}
