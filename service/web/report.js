// A report as elements: the verdict in words, both sides by origin, and everything that explains them.

import { parts } from "./client.js";
import { plot, timeline } from "./charts.js";
import { count, day, el, outward, percent } from "./dom.js";

export const VERDICTS = {
  supported: "Supported", refuted: "Refuted", disputed: "Disputed", outdated: "Outdated",
  not_enough_evidence: "Not enough evidence",
};
const DECIDED = {
  stance: "read by the stance model", quantity: "decided by a figure", date: "decided by a date",
  attribution: "decided by who said it",
};
const ACTS = {
  reports: "reports it", confirms: "confirms it", admits: "admits it", alleges: "alleges it", denies: "denies it",
  asks: "asks",
};
const EXCLUDED = {
  superseded: "an older figure, since replaced", other_subject: "about something else",
};

/** The report as one element. `actions` are buttons to put below the verdict. */
export function report(found, actions = []) {
  const judged = [...found.evidence, ...found.related];
  return el(
    "article", { class: "report" },
    el("p", { class: "claim" }, marked(found.claim, found.evidence.flatMap((e) => e.differences.map((d) => d.claim)), 0)),
    el("h3", { class: `verdict ${found.verdict}`, tabindex: "-1" }, VERDICTS[found.verdict] ?? found.verdict),
    el("p", { class: "reason" }, found.reason),
    el(
      "p", { class: "hint" },
      `${found.scope} Confidence in this verdict: ${percent(found.confidence)}. Supporting: `
        + `${count(found.origins.supporting, "origin")} in ${count(found.articles.supporting, "article")}; conflicting: `
        + `${count(found.origins.conflicting, "origin")} in ${count(found.articles.conflicting, "article")}`
        + (found.origins.mixed ? `; ${count(found.origins.mixed, "origin")} with versions that disagree.` : "."),
    ),
    ...found.warnings.map((warning) => el("p", { class: "warning" }, warning)),
    actions.length ? el("p", { class: "actions" }, ...actions) : null,
    el("div", { class: "sides" }, side("Supports", "supports", found), side("Conflicts", "conflicts", found)),
    found.timeline.length ? block("How the figure changed", timeline(found.timeline)) : null,
    found.fact_checks.length ? block("What human fact-checkers published", factChecks(found.fact_checks)) : null,
    judged.length ? folded(`Similarity and stance of ${count(judged.length, "sentence")}`, plot(judged)) : null,
    found.related.length
      ? folded(`Nearest sentences that settle nothing (${found.related.length})`, ...found.related.map(entry))
      : null,
    found.excluded.length ? folded(`Left out (${found.excluded.length})`, excluded(found.excluded)) : null,
  );
}

function side(title, stance, found) {
  const entries = found.evidence.filter((each) => each.stance === stance);
  const origins = new Map();
  for (const each of entries) {
    if (!origins.has(each.origin.id)) origins.set(each.origin.id, []);
    origins.get(each.origin.id).push(each);
  }
  return el(
    "section", { class: `side ${stance}`, "aria-label": title },
    el("h4", {}, `${title}: ${count(origins.size, "origin")}`),
    origins.size ? null : el("p", { class: "hint" }, "No sentence."),
    ...[...origins.values()].map(origin),
  );
}

function origin(entries) {
  const [first, ...others] = entries;
  const { name, articles } = first.origin;
  return el(
    "section", { class: "origin" },
    el("h5", {}, name, " ", el("span", { class: "hint" }, `in ${count(articles, "article")}`)),
    entry(first),
    others.length ? folded(`${count(others.length, "more sentence")} of this origin`, ...others.map(entry)) : null,
  );
}

function entry(each) {
  const newer = each.superseded_by;
  const where = newer?.article ? `, in “${newer.article.title}”` : ""; // a check that was kept earlier does not say it
  const facts = [
    `similarity ${each.similarity.toFixed(2)}`,
    `supports ${percent(each.stance_scores.supports)}, conflicts ${percent(each.stance_scores.conflicts)}`,
    DECIDED[each.decided_by] ?? each.decided_by,
  ];
  return el(
    "div", { class: "entry" },
    el("blockquote", {}, marked(each.sentence, each.differences.map((d) => d.evidence), each.start)),
    each.attribution
      ? el("p", { class: "said" }, `${each.attribution.speaker} ${ACTS[each.attribution.act] ?? each.attribution.act}`)
      : null,
    ...each.differences.map((d) => el("p", { class: "difference" }, `The claim says ${d.claim.text}, this says ${d.evidence.text}.`)),
    newer ? el("p", { class: "difference" }, `Since replaced by ${newer.text}${where}.`) : null,
    el("p", { class: "source" }, source(each.article), " ", outward(each.link, each.link ? "Open at the sentence" : "")),
    el("p", { class: "hint" }, facts.join(" · ")),
    folded("In its context", el("p", {}, each.context.before, " ", el("strong", {}, each.sentence), " ", each.context.after)),
    each.also_in.length
      ? folded(
        `Also in ${count(each.also_in.length, "article")}`,
        el("ul", {}, ...each.also_in.map((also) => el("li", {}, source(also.article), ": ", also.sentence, " ", outward(also.link, also.link ? "Open" : "")))),
      )
      : null,
    el("p", { class: "actions" }, copyButton(each)),
  );
}

function source(article) {
  return [article.publisher, article.title, day(article.published_at)].filter(Boolean).join(", ");
}

function copyButton(each) {
  const cited = `“${each.sentence.replace(/\s+/gu, " ")}” (${source(each.article)}${each.article.url ? `, ${each.article.url}` : ""})`;
  const button = el("button", { type: "button", class: "small" }, "Copy as citation");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(cited);
      button.textContent = "Copied";
    } catch {
      button.replaceWith(el("input", { readonly: true, value: cited, "aria-label": "Citation", class: "cited" }));
    }
  });
  return button;
}

/** A text with spans marked; `offset` is where the text begins in what the spans count in. */
function marked(text, spans, offset) {
  const moved = spans.map(({ start, end }) => ({ start: start - offset, end: end - offset }));
  return parts(text, moved).map((part) => (part.marked ? el("mark", {}, part.text) : part.text));
}

function factChecks(found) {
  return el(
    "ul", {},
    ...found.map((check) => el(
      "li", {}, outward(check.url, `${check.publisher}: ${check.rating}`), ` on the claim “${check.claim}”`,
      check.review_date ? `, ${check.review_date}` : "",
    )),
  );
}

function excluded(entries) {
  return el("ul", {}, ...entries.map((each) => el("li", {}, `${EXCLUDED[each.reason] ?? each.reason}: “${each.sentence}” (${source(each.article)})`)));
}

/** A ClaimReview draft to read and copy, and what only a human can add to it. */
export function draft({ claimreview, missing }) {
  return el(
    "div", { class: "draft" },
    el("p", { class: "hint" }, `Still missing, and yours to give: ${missing.join(", ")}.`),
    el("pre", { tabindex: "0" }, JSON.stringify(claimreview, null, 2)),
  );
}

function block(title, ...children) {
  return el("section", {}, el("h4", {}, title), ...children);
}

function folded(title, ...children) {
  return el("details", {}, el("summary", {}, title), ...children);
}
