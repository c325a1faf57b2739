// The claims of a text or a page as a list: each with its verdict, opened its report; and how many there are of each.

import { count, el, percent } from "./dom.js";
import { VERDICTS } from "./report.js";

export class ClaimList {
  #list;
  #counts;
  #open;
  #more;
  #found = new Map(); // how many by verdict

  /**
   * @param {object} parts
   * @param {HTMLElement} parts.list where the claims go
   * @param {HTMLElement} parts.counts where their number goes
   * @param {(row: object) => Promise<Element>} parts.open gives the report of a row
   * @param {(row: object) => (Element | null)[]} [parts.more] what else can be done with a row
   */
  constructor({ list, counts, open, more = () => [] }) {
    this.#list = list;
    this.#counts = counts;
    this.#open = open;
    this.#more = more;
  }

  clear() {
    this.#found.clear();
    this.#list.replaceChildren();
    this.#counts.replaceChildren();
  }

  /** @param {{sentence: string, checkedAs: string, verdict?: string, confidence?: number, problem?: string}} row */
  add(row) {
    const opened = el("div", {});
    this.#list.append(el(
      "li", {},
      el("p", { class: `verdict ${row.verdict ?? ""}` }, row.verdict ? line(row.verdict) : "Not checked", sure(row.confidence)),
      el("p", {}, row.sentence),
      row.checkedAs === row.sentence ? null : el("p", { class: "hint" }, `Checked as: ${row.checkedAs}`),
      row.problem ? el("p", { class: "error" }, row.problem) : null,
      el("p", { class: "actions" }, row.verdict ? this.#opener(row, opened) : null, ...this.#more(row)),
      opened,
    ));
    if (row.verdict) this.#found.set(row.verdict, (this.#found.get(row.verdict) ?? 0) + 1);
    const named = Object.keys(VERDICTS).filter((verdict) => this.#found.has(verdict));
    this.#counts.replaceChildren(...named.map((verdict) => el("li", {}, line(verdict), `: ${this.#found.get(verdict)}`)));
  }

  #opener(row, opened) {
    const opener = el("button", { type: "button", "aria-expanded": "false" }, "Evidence");
    opener.addEventListener("click", async () => {
      const isOpen = opener.getAttribute("aria-expanded") === "true";
      opener.setAttribute("aria-expanded", String(!isOpen));
      opened.replaceChildren(...(isOpen ? [] : [await this.#open(row)]));
    });
    return opener;
  }
}

/** The word of a verdict, with the line that marked sentences have under them. */
export function line(verdict, words = VERDICTS[verdict]) {
  return el("span", { class: `line ${verdict}` }, words);
}

/** How much of a text was read, in words. */
export function progress(claims, leftOut) {
  return `${count(claims, "claim")}; left out because it makes none: ${count(leftOut, "sentence")}.`;
}

function sure(confidence) {
  return confidence === undefined ? "" : `, confidence ${percent(confidence)}`;
}
