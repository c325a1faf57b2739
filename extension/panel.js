// The panel: shows the run that session storage holds, and passes on what the user asks for. It asks no server itself.

import { api } from "./browser.js";
import { ROW } from "./runs.js";
import { readSettings } from "./settings.js";
import { ClaimList, progress } from "./shared/claims.js";
import { count, el } from "./shared/dom.js";
import { VERDICTS, draft, report } from "./shared/report.js";

const SLOW_MS = 10_000; // after which a wait is told, and again each time
const at = (id) => document.getElementById(id);
const ask = (message) => api.runtime.sendMessage(message);

let shown = null; // the run as it is shown
let drawn = new Set(); // numbers of rows
let server = null;
let waiting = null;
const claims = new ClaimList({
  list: at("claims"), counts: at("counts"), open: evidence,
  more: (row) => [row.isMarked ? button("Show in the page", () => reveal(row.n)) : null],
});

// --- what is going on ---

function drawRun(run) {
  const isNew = run?.id !== shown?.id;
  const isEnd = run && run.state !== "running" && (isNew || shown.state === "running");
  shown = run ?? null;
  if (isNew) reset();
  if (!run) return;
  const isRunning = run.state === "running";
  at("cancel").hidden = !isRunning;
  at("main").setAttribute("aria-busy", String(isRunning));
  drawProgress(run);
  if (isNew && run.text && run.kind === "claim") at("claim").value = run.text;
  if (isNew && isRunning) begin(run);
  if (isEnd) end(run);
}

function reset() {
  clearInterval(waiting);
  drawn = new Set();
  claims.clear();
  at("cancel").hidden = true;
  at("claims-part").hidden = at("report-part").hidden = true;
  for (const id of ["next", "report", "progress", "status"]) at(id).replaceChildren();
}

function begin(run) {
  says(run.kind === "page" ? "Reading this page, then the articles…" : "Reading the articles…");
  waiting = setInterval(() => {
    if (!shown.found) says(`Still waiting for the server, ${Math.round((Date.now() - run.began) / 1000)} seconds so far.`);
  }, SLOW_MS);
}

function end(run) {
  clearInterval(waiting);
  const ENDS = { done: () => done(run), canceled: () => says("Canceled."), failed: () => failed(run) };
  ENDS[run.state]();
}

function done(run) {
  if (run.report) {
    at("report").replaceChildren(report(run.report, actions(run.report)));
    at("report-part").hidden = false;
    says(`Done: ${VERDICTS[run.report.verdict].toLowerCase()}.`);
    if (document.hasFocus()) at("report").querySelector(".verdict").focus();
    return;
  }
  const words = [`Done: ${count(run.found, "claim")} checked.`];
  if (run.isCut) words.push("The page is too long: its end was not read.");
  const lost = run.kind === "page" ? run.found - run.marked : 0;
  if (lost) words.push(`${count(lost, "claim")} could not be marked in the page.`);
  says(words.join(" "));
}

function failed({ kind, text, error }) {
  says(error.message, true);
  const again = { claim: () => ask({ ask: "check", claim: text ?? "" }), text: () => ask({ ask: "text", text }), page: checkPage };
  const offers = {
    settings: ["Open the settings", openSettings],
    long: ["Check each claim in it", () => ask({ ask: "text", text })],
    unreachable: ["Try again", again[kind]], busy: ["Try again", again[kind]], interrupted: ["Try again", again[kind]],
  };
  const [words, act] = offers[error.kind] ?? [];
  if (words) at("next").replaceChildren(button(words, act));
}

function drawProgress({ kind, found, leftOut }) {
  if (kind === "claim") return;
  at("progress").textContent = progress(found, leftOut);
}

// --- the claims of a text or page ---

function drawRow(row) {
  drawn.add(row.n);
  at("claims-part").hidden = false;
  claims.add(row);
}

async function evidence(row) {
  const found = row.report ? { answer: row.report } : await ask({ ask: "report", n: row.n });
  return found.error ? el("p", { class: "error" }, found.error.message) : report(found.answer, actions(found.answer));
}

async function reveal(n) {
  const { answer } = await ask({ ask: "reveal", n });
  if (!answer) says("This sentence is no longer in the page, or the page was left.", true);
}

// --- a report's actions ---

function actions(found) {
  const review = button("ClaimReview draft", async () => {
    const { answer, error } = await ask({ ask: "draft", checkId: found.check_id });
    if (error) return says(error.message, true);
    review.disabled = true;
    review.closest("p").after(draft(answer));
  });
  const desk = el("a", { href: `${server}/#check/${encodeURIComponent(found.check_id)}`, target: "_blank", rel: "noopener noreferrer" }, "Open on the desk");
  return [review, server ? desk : null];
}

function button(words, act) {
  return el("button", { type: "button", onclick: act }, words);
}

function says(words, isError = false) {
  at("status").textContent = words;
  at("status").classList.toggle("error", isError);
}

// --- what the user asks for ---

async function checkPage() {
  const { id } = await api.windows.getCurrent();
  await ask({ ask: "page", windowId: id });
}

function openSettings() {
  return api.runtime.openOptionsPage();
}

async function drawServer() {
  ({ server } = await readSettings(api.storage.local));
  at("desk").hidden = !server;
  if (server) at("desk").href = `${server}/`;
}

at("form").addEventListener("submit", (event) => {
  event.preventDefault();
  ask({ ask: "check", claim: at("claim").value });
});
at("claim").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) at("form").requestSubmit();
});
at("page").addEventListener("click", checkPage);
at("cancel").addEventListener("click", () => ask({ ask: "cancel" }));
at("forget").addEventListener("click", () => ask({ ask: "forget" }));
at("settings").addEventListener("click", openSettings);

api.storage.onChanged.addListener((changes, area) => {
  if (area === "local") drawServer();
  if (area !== "session") return;
  if (changes.run) drawRun(changes.run.newValue);
  for (const [key, { newValue }] of Object.entries(changes)) if (key.startsWith(ROW) && newValue && !drawn.has(newValue.n)) drawRow(newValue);
});

await drawServer();
const { run, ...others } = await api.storage.session.get(null);
drawRun(run);
Object.values(others).filter((row) => !drawn.has(row.n)).sort((a, b) => a.n - b.n).forEach(drawRow);
