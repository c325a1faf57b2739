// The HTTP client of the desk: what a program in a browser needs of the contract, and nothing else.

/** An answer that is not what was asked for; `problem` holds RFC 9457's members where the server gave them. */
export class ProblemError extends Error {
  constructor(status, problem) {
    super(problem?.detail ?? `The server answers ${status}.`);
    this.name = "ProblemError";
    this.status = status;
    this.problem = problem;
  }
}

export class Client {
  /**
   * `base` is the server's address without a slash at its end; empty for the one that served this file.
   * `headers` is asked before each request for what to send beside the contract's own: an API key.
   */
  constructor(base = "", headers = () => ({})) {
    this.base = base;
    this.headers = headers;
  }

  check(query, { signal } = {}) {
    return this.#json("POST", "/v1/check", { body: query, signal });
  }

  checks({ stale = false, cursor = null, limit = 20 } = {}) {
    return this.#json("GET", `/v1/checks?${search({ stale, cursor, limit })}`);
  }

  keptCheck(id) {
    return this.#json("GET", `/v1/checks/${encodeURIComponent(id)}`);
  }

  recheck(id) {
    return this.#json("POST", `/v1/checks/${encodeURIComponent(id)}/recheck`);
  }

  claimReview(id) {
    return this.#json("GET", `/v1/checks/${encodeURIComponent(id)}/claimreview`);
  }

  articles({ cursor = null, limit = 50 } = {}) {
    return this.#json("GET", `/v1/articles?${search({ cursor, limit })}`);
  }

  addArticle(article) {
    return this.#json("POST", "/v1/articles", { body: article });
  }

  async #json(method, path, { body = null, signal = null } = {}) {
    const headers = { ...this.headers(), ...(body === null ? {} : { "Content-Type": "application/json" }) };
    const sent = body === null ? null : JSON.stringify(body);
    const response = await fetch(this.base + path, { method, headers, body: sent, signal });
    const answer = await response.json().catch(() => null);
    if (!response.ok) throw new ProblemError(response.status, answer);
    return answer;
  }
}

function search(values) {
  const given = Object.entries(values).filter(([, value]) => value !== null && value !== false);
  return new URLSearchParams(given);
}

/** The part of a text from one offset to another, both in Unicode code points as the contract counts them. */
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
