// The text view: a whole text goes in, its claims are marked in it and listed as the server finishes them.

import { ClaimList, line, progress } from "./claims.js";
import { utf16 } from "./client.js";
import { el } from "./dom.js";
import { VERDICTS, report } from "./report.js";

const LEFT_OUT = {
  question: "a question", greeting: "a greeting", furniture: "page furniture", fragment: "no whole sentence",
  too_long: "longer than a claim may be", instruction: "an instruction", opinion: "an opinion", wish: "a wish",
};
const at = (id) => document.getElementById(id);
let running = null;

/** Make the form work. `failed(place, error)` says what went wrong there. */
export function textView(client, says, failed) {
  const claims = new ClaimList({
    list: at("text-claims"), counts: at("text-counts"), open: async (row) => report(row.report),
  });

  async function check(event) {
    event.preventDefault();
    running?.abort();
    const mine = (running = new AbortController());
    clear();
    at("text-cancel").hidden = false;
    says("text-status", "Reading the text, then the articles…");
    try {
      const counts = await show(client, await sent(), mine, claims);
      if (running === mine) says("text-status", `Done: ${progress(counts.claims, counts.leftOut)}`);
    } catch (error) {
      if (running === mine) failed("text-status", error);
    } finally {
      if (running === mine) at("text-cancel").hidden = true;
    }
  }

  function clear() {
    claims.clear();
    for (const id of ["text-marked", "text-progress", "text-left"]) at(id).replaceChildren();
    at("text-found").hidden = true;
  }

  at("text-form").addEventListener("submit", check);
  at("text-cancel").addEventListener("click", () => running?.abort());
}

async function sent() {
  const [file] = at("text-file").files;
  if (!file) return { text: at("text").value };
  return /\.html?$/i.test(file.name) ? { html: await file.text() } : { text: await file.text() };
}

async function show(client, whole, mine, claims) {
  const counts = { claims: 0, leftOut: 0 };
  let page = markable(whole.text ?? "");
  for await (const row of client.checkText({ ...whole, include_excluded: true }, { signal: mine.signal })) {
    if (running !== mine) break;
    if (row.kind === "text") page = markable(row.text);
    if (row.kind === "claim") {
      counts.claims += 1;
      claims.add(asRow(row));
      page.mark(row);
    }
    if (row.kind === "left_out") {
      counts.leftOut += 1;
      at("text-left").append(el("li", {}, `${LEFT_OUT[row.reason] ?? row.reason}: “${row.sentence}”`));
    }
    at("text-found").hidden = false;
    at("text-progress").textContent = progress(counts.claims, counts.leftOut);
  }
  page.end();
  at("text-progress").textContent = ""; // the status says it now
  return counts;
}

/** The text as it is shown: claims come in the order of the text, so it grows with them. */
function markable(text) {
  const place = utf16(text);
  let done = 0;
  return {
    mark({ start, end, report: found }) {
      const words = text.slice(place(start), place(end));
      at("text-marked").append(text.slice(done, place(start)), found ? marked(found.verdict, words) : words);
      done = place(end);
    },
    end() {
      at("text-marked").append(text.slice(done));
    },
  };
}

function marked(verdict, words) {
  const found = line(verdict, words);
  found.title = VERDICTS[verdict];
  return found;
}

function asRow({ sentence, checked_as: checkedAs, report: found, problem }) {
  return {
    sentence, checkedAs, report: found, verdict: found?.verdict, confidence: found?.confidence,
    problem: found ? undefined : problem?.detail ?? "This claim could not be checked.",
  };
}
