// The desk: four views over the contract, by hash. No state but what the server keeps.

import { coverage } from "./charts.js";
import { Client, UnauthorizedError, WirecheckError } from "./client.js";
import { count, day, el } from "./dom.js";
import { apiKey, askForKey } from "./key.js";
import { draft, report } from "./report.js";
import { textView } from "./text.js";

const client = new Client({ apiKey });
const at = (id) => document.getElementById(id);
const MOST_ARTICLES = 2000; // more are not drawn into the chart

// --- views ---

const VIEWS = { check: null, text: null, history: openHistory, corpus: openCorpus };

function route() {
  const [name, id] = location.hash.slice(1).split("/");
  const view = name in VIEWS ? name : "check";
  for (const other of Object.keys(VIEWS)) at(`${other}-view`).hidden = other !== view;
  for (const link of document.querySelectorAll("nav a[href^='#']")) {
    if (link.getAttribute("href") === `#${view}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (view === "check" && id) showKept(decodeURIComponent(id));
  VIEWS[view]?.();
}

function says(place, words, isError = false) {
  at(place).textContent = words;
  at(place).classList.toggle("error", isError);
}

function failed(place, error) {
  if (error.name === "AbortError") says(place, "Canceled.");
  else if (error instanceof WirecheckError) {
    says(place, error.message, true);
    if (error instanceof UnauthorizedError) askForKey();
  }
  else throw error;
}

// --- checking ---

let running = null;

async function check(event) {
  event.preventDefault();
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  busy(true);
  says("status", "Reading the articles…");
  try {
    const found = await client.check(question(), { signal });
    show(found);
  } catch (error) {
    if (running.signal === signal) failed("status", error);
  } finally {
    if (running.signal === signal) busy(false);
  }
}

function question() {
  const form = new FormData(at("check-form"));
  const query = { claim: form.get("claim"), limit: Number(form.get("limit")), include_excluded: true };
  for (const name of ["published_from", "published_to"]) if (form.get(name)) query[name] = form.get(name);
  const publishers = String(form.get("publishers")).split(",").map((name) => name.trim()).filter(Boolean);
  if (publishers.length) query.publishers = { include: publishers };
  return query;
}

function busy(is) {
  at("cancel").hidden = !is;
  at("report").setAttribute("aria-busy", String(is));
}

function show(found, note = "") {
  const drawn = report(found, actions(found));
  at("report").replaceChildren(drawn);
  says("status", note);
  drawn.querySelector(".verdict").focus();
}

function actions(found) {
  const review = el("button", { type: "button" }, "ClaimReview draft");
  review.addEventListener("click", () => showDraft(found.check_id, review));
  const again = el("button", { type: "button" }, "Check again");
  again.addEventListener("click", () => recheck(found.check_id));
  const print = el("button", { type: "button", onclick: () => window.print() }, "Print");
  return [review, again, print, ...sheet(found.check_id)];
}

/** The check on one page: a link, or where a key is needed, which a link cannot carry, a file to keep. */
function sheet(id) {
  if (apiKey()) return [el("button", { type: "button", onclick: () => saveSheet(id) }, "Save one-page report")];
  return [el("a", { href: `/v1/checks/${encodeURIComponent(id)}/report`, target: "_blank", rel: "noopener" }, "One-page report")];
}

async function saveSheet(id) {
  try {
    const url = URL.createObjectURL(new Blob([await client.printedCheck(id)], { type: "text/html" }));
    el("a", { href: url, download: `wirecheck-${id}.html` }).click();
    URL.revokeObjectURL(url);
  } catch (error) {
    failed("status", error);
  }
}

async function showDraft(id, button) {
  try {
    button.closest("p").after(draft(await client.claimReview(id)));
    button.disabled = true;
  } catch (error) {
    failed("status", error);
  }
}

async function recheck(id) {
  says("status", "Asking again…");
  try {
    const { report: found, changes } = await client.recheck(id);
    const { before, after } = changes.verdict;
    show(found, changes.changed ? `Something has changed: the verdict was ${before}, it is ${after}.` : "Nothing has changed.");
  } catch (error) {
    failed("status", error);
  }
}

async function showKept(id) {
  says("status", "Loading the check…");
  try {
    const kept = await client.keptCheck(id);
    at("claim").value = kept.claim;
    const causes = kept.stale.map(({ title, why }) => `“${title}” was ${why}`).join(", ");
    show(kept.report, causes ? `Made on ${day(kept.checked_at)}; since then ${causes}.` : `Made on ${day(kept.checked_at)}.`);
  } catch (error) {
    failed("status", error);
  }
}

// --- history ---

async function openHistory(cursor = null) {
  try {
    const page = await client.checks({ stale: at("stale-only").checked, cursor });
    const rows = page.checks.map((kept) => el(
      "li", { class: kept.stale.length ? "stale" : null },
      el("a", { href: `#check/${encodeURIComponent(kept.id)}` }, kept.claim), " ",
      el("span", { class: "hint" }, `${kept.verdict.replaceAll("_", " ")}, ${day(kept.checked_at)}`),
      kept.stale.length ? el("span", { class: "badge" }, "stale") : null,
    ));
    if (cursor) at("history").append(...rows);
    else at("history").replaceChildren(...rows);
    says("history-status", at("history").children.length ? "" : "No check yet.");
    more("history-more", page.next, openHistory);
  } catch (error) {
    failed("history-status", error);
  }
}

function more(id, next, open) {
  at(id).hidden = !next;
  at(id).onclick = () => open(next);
}

// --- articles ---

async function openCorpus(cursor = null) {
  try {
    const page = await client.articles({ cursor });
    const rows = page.articles.map((article) => el(
      "li", {}, el("strong", {}, article.title), " ",
      el("span", { class: "hint" }, [article.publisher, day(article.published_at), article.id].filter(Boolean).join(", ")),
    ));
    if (cursor) at("articles").append(...rows);
    else at("articles").replaceChildren(...rows);
    more("articles-more", page.next, openCorpus);
    if (!cursor) await drawCoverage();
  } catch (error) {
    failed("corpus-status", error);
  }
}

async function drawCoverage() {
  const found = [];
  let cursor = null;
  do {
    const page = await client.articles({ cursor, limit: 200 });
    found.push(...page.articles);
    cursor = page.next;
  } while (cursor && found.length < MOST_ARTICLES);
  const publishers = new Set(found.map((article) => article.publisher).filter(Boolean));
  const words = `${cursor ? "More than " : ""}${count(found.length, "article")} of ${count(publishers.size, "publisher")}.`;
  at("coverage").replaceChildren(el("p", {}, words), coverage(found) ?? "");
}

async function addArticle(event) {
  event.preventDefault();
  const article = {};
  for (const [name, value] of new FormData(event.target)) if (value && name !== "") article[name] = value;
  const [file] = at("a-file").files;
  if (/\.jsonl$/i.test(file?.name)) return addMany(file, event.target);
  if (file) article[/\.html?$/i.test(file.name) ? "html" : "text"] = await file.text();
  if (article.html) delete article.text;
  says("corpus-status", "Adding…");
  try {
    const added = await client.addArticle(article);
    event.target.reset();
    await openCorpus();
    says("corpus-status", `Added “${added.article.title}”: ${count(added.sentences, "sentence")} kept, ${count(added.dropped.lines, "line")} left out as page furniture.`);
  } catch (error) {
    failed("corpus-status", error);
  }
}

async function addMany(file, form) {
  const counts = { added: 0, skipped: 0, refused: 0 };
  let why = "";
  says("corpus-status", `Adding the articles of ${file.name}…`);
  try {
    for await (const { line, receipt, problem } of client.addArticles(file, { onDuplicate: "skip" })) {
      counts[receipt?.status ?? "refused"] += 1;
      if (problem) why ||= ` Line ${line}: ${problem.detail}`;
    }
    form.reset();
    await openCorpus();
    const words = `${counts.added} added, ${counts.skipped} there already, ${counts.refused} refused.${why}`;
    says("corpus-status", words, counts.refused > 0);
  } catch (error) {
    failed("corpus-status", error);
  }
}

// --- begin ---

at("check-form").addEventListener("submit", check);
at("cancel").addEventListener("click", () => running?.abort());
at("claim").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) at("check-form").requestSubmit();
});
textView(client, says, failed);
at("stale-only").addEventListener("change", () => openHistory());
at("article-form").addEventListener("submit", addArticle);
window.addEventListener("hashchange", route);
// What is folded would be missing on paper.
window.addEventListener("beforeprint", () => document.querySelectorAll(".report details").forEach((each) => { each.open = true; }));
route();
