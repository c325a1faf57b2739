// One run at a time: a claim, a text, or a page. What it finds is written to session storage, where the panel reads it.

import { BusyError, UnauthorizedError, UnreachableError, WirecheckError, length, utf16 } from "./shared/client.js";
import { PageError } from "./page.js";
import { SettingsError } from "./settings.js";

export const SHORTEST = 3; // code points of a claim
export const LONGEST = 1000;
export const ROW = "row/"; // and the row's number: each is stored by itself, so that a long page is not written again and again

/** @typedef {"claim" | "text" | "page"} Kind */

export class Runs {
  #session;
  #connect;
  #awake;
  #current = null; // { id, controller, page }

  /**
   * @param {object} parts
   * @param parts.session where runs are kept
   * @param {() => Promise<import("./shared/client.js").Client>} parts.connect fails with a SettingsError
   * @param parts.awake keeps the background alive while work goes on
   */
  constructor({ session, connect, awake }) {
    this.#session = session;
    this.#connect = connect;
    this.#awake = awake;
  }

  /** A run that was going on when the browser stopped the background will not end any more: say so. */
  async recover() {
    const run = await this.run();
    if (run?.state === "running") await this.#write({ ...run, state: "failed", error: INTERRUPTED });
  }

  async run() {
    return (await this.#session.get("run")).run ?? null;
  }

  async claim(text) {
    const claim = text.trim();
    await this.#go("claim", { text: claim }, null, async (client, signal) => {
      fits(claim);
      return { report: await client.check({ claim, include_excluded: true }, { signal }) };
    });
  }

  async text(text) {
    await this.#go("text", { text }, null, (client, signal, id) => this.#rows(client, signal, id, text, null));
  }

  /** @param {import("./page.js").Page} page */
  async page(page) {
    await this.#go("page", { tabId: page.tabId }, page, async (client, signal, id) => {
      const { text, isCut } = await page.read(id);
      if (length(text.trim()) < SHORTEST) throw new PageError("There is no text on this page that could be checked.");
      if (signal.aborted) return {};
      return { isCut, ...(await this.#rows(client, signal, id, text, page)) };
    });
  }

  /** What could not even begin, an empty selection say, is shown like a run that failed. */
  async failed(error) {
    await this.#go("claim", {}, null, () => Promise.reject(error));
  }

  cancel() {
    this.#current?.controller.abort();
  }

  /** End what is running and forget what was found. */
  async forget() {
    this.cancel();
    this.#current = null;
    await this.#session.clear();
  }

  async #go(kind, facts, page, work) {
    this.cancel();
    const mine = { id: crypto.randomUUID(), controller: new AbortController() };
    this.#current = mine;
    const begun = { id: mine.id, kind, ...facts, state: "running", began: Date.now(), found: 0, leftOut: 0 };
    await this.#session.clear();
    await this.#write(begun, mine);
    const ended = await this.#awake(() => this.#ending(work, mine));
    await this.#write({ ...(await this.run()), ...ended }, mine);
  }

  async #ending(work, { id, controller }) {
    try {
      const client = await this.#connect();
      const found = await work(client, controller.signal, id);
      return controller.signal.aborted ? { state: "canceled" } : { state: "done", ...found };
    } catch (error) {
      return controller.signal.aborted ? { state: "canceled" } : { state: "failed", error: said(error) };
    }
  }

  async #rows(client, signal, id, text, page) {
    const at = utf16(text);
    let [found, leftOut, marked] = [0, 0, 0];
    for await (const row of client.checkText({ text }, { signal })) {
      if (row.kind === "left_out") leftOut += 1;
      if (row.kind === "claim") {
        const [start, end, verdict] = [at(row.start), at(row.end), row.report?.verdict];
        const isMarked = Boolean(page && verdict && (await page.mark(id, start, end, verdict)));
        if (this.#current?.id !== id) break;
        await this.#keep({ n: found, sentence: row.sentence, checkedAs: row.checked_as, start, end, isMarked, ...outcome(row) });
        found += 1;
        marked += isMarked;
      }
      if (row.kind !== "summary") await this.#count(id, { found, leftOut, marked });
    }
    return { found, leftOut, marked };
  }

  async #count(id, counts) {
    if (this.#current?.id === id) await this.#write({ ...(await this.run()), ...counts }, this.#current);
  }

  /** A browser keeps 10 MB in a session: past that a row stays without its report, which the server still has. */
  async #keep(row) {
    try {
      await this.#session.set({ [ROW + row.n]: row });
    } catch {
      await this.#session.set({ [ROW + row.n]: { ...row, report: null } });
    }
  }

  /** A run that another one has replaced writes no more. */
  async #write(run, mine = this.#current) {
    if (mine === this.#current) await this.#session.set({ run });
  }
}

function outcome({ report, problem }) {
  if (!report) return { problem: problem?.detail ?? "This claim could not be checked." };
  return { verdict: report.verdict, confidence: report.confidence, checkId: report.check_id, report };
}

function fits(claim) {
  const size = length(claim);
  if (!size) throw new ClaimError("empty", "Nothing is selected. Select a sentence, or write a claim here.");
  if (size < SHORTEST) throw new ClaimError("short", `The claim has ${size} characters; at least ${SHORTEST} are needed.`);
  if (size > LONGEST) {
    const [has, most] = [size, LONGEST].map((number) => number.toLocaleString("en-US"));
    throw new ClaimError("long", `The text has ${has} characters; a claim has at most ${most}. Each claim in it can be checked by itself.`);
  }
}

/** A claim that need not be sent to know that it cannot be checked. */
class ClaimError extends Error {
  constructor(kind, message) {
    super(message);
    this.kind = kind;
  }
}

function offline() {
  return globalThis.navigator?.onLine === false ? " This browser is offline." : "";
}

const INTERRUPTED = { kind: "interrupted", message: "The browser stopped this check before it ended. Check again." };

/** An error in words, and of which kind it is, for the panel to offer the next step. */
export function said(error) {
  if (error instanceof SettingsError) return { kind: "settings", message: error.message };
  if (error instanceof PageError) return { kind: "page", message: error.message };
  if (error instanceof ClaimError) return { kind: error.kind, message: error.message };
  if (error instanceof UnauthorizedError) return { kind: "settings", message: `${error.message} The API key is set in the settings.` };
  if (error instanceof BusyError && error.retryAfter) return { kind: "busy", message: `${error.message} (in ${error.retryAfter} s)` };
  if (error instanceof UnreachableError) return { kind: "unreachable", message: error.message + offline() };
  if (error instanceof WirecheckError) return { kind: "problem", message: error.message };
  console.error(error);
  return { kind: "fault", message: `Something went wrong in the extension: ${error.message}` };
}
