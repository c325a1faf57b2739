// Three small drawings. Each says in words what it shows, for those who do not see it.

import { count, day, svg } from "./dom.js";

const SIDES = { supports: "support", conflicts: "conflict", neutral: "neutral" };

function drawing(width, height, label, ...children) {
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label, class: "chart" }, ...children);
}

function text(x, y, words, anchor = "start") {
  return svg("text", { x, y, "text-anchor": anchor }, words);
}

/** How similar each judged sentence is, against how far it leans to support (up) or conflict (down). */
export function plot(entries) {
  const [width, height, left, right] = [480, 220, 44, 12];
  const x = (similarity) => left + Math.max(0, Math.min(1, similarity)) * (width - left - right);
  const y = (lean) => 100 - 80 * lean;
  const marks = entries.map((entry) => {
    const lean = entry.stance_scores.supports - entry.stance_scores.conflicts;
    const title = svg("title", {}, `${entry.article.title}: ${entry.sentence}`);
    return svg("circle", { cx: x(entry.similarity), cy: y(lean), r: 6, class: SIDES[entry.stance] }, title);
  });
  const label = `Plot of ${count(entries.length, "sentence")}: similarity to the right, support upward, conflict downward.`;
  return drawing(
    width, height, label,
    svg("line", { x1: left, y1: 100, x2: width - right, y2: 100, class: "axis" }),
    svg("line", { x1: left, y1: 16, x2: left, y2: 184, class: "axis" }),
    text(left - 6, 26, "supp.", "end"), text(left - 6, 104, "0", "end"), text(left - 6, 182, "confl.", "end"),
    text(left, 204, "similarity 0"), text(width - right, 204, "1", "end"),
    ...marks,
  );
}

/** The values of one figure over time, in the order in which articles gave them. */
export function timeline(points) {
  const [width, height] = [480, 130];
  const values = points.map((point) => point.value);
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  const x = (place) => (points.length === 1 ? width / 2 : 50 + (place * (width - 100)) / (points.length - 1));
  const y = (value) => 84 - (48 * (value - low)) / span;
  const line = points.map((point, place) => `${x(place)},${y(point.value)}`).join(" ");
  const words = points.map((point) => `${point.value} ${point.unit ?? ""} on ${day(point.as_of)}`);
  return drawing(
    width, height, `Timeline: ${words.join(", then ")}.`,
    svg("polyline", { points: line, class: "line" }),
    ...points.flatMap((point, place) => [
      svg("circle", { cx: x(place), cy: y(point.value), r: 5, class: place === points.length - 1 ? "now" : "past" }),
      text(x(place), y(point.value) - 12, `${point.value.toLocaleString("en-US")} ${point.unit ?? ""}`, "middle"),
      text(x(place), 118, day(point.as_of), "middle"),
    ]),
  );
}

/** How many articles there are of each month. */
export function coverage(articles) {
  const months = new Map();
  for (const article of articles) {
    const month = article.published_at?.slice(0, 7);
    if (month) months.set(month, (months.get(month) ?? 0) + 1);
  }
  const rows = [...months].sort(([a], [b]) => a.localeCompare(b)).slice(-24);
  if (!rows.length) return null;
  const [width, height] = [480, 150];
  const most = Math.max(...rows.map(([, number]) => number));
  const step = (width - 20) / rows.length;
  const bars = rows.flatMap(([month, number], place) => {
    const tall = Math.max(2, (96 * number) / most);
    const left = 10 + place * step;
    const wide = Math.min(60, step * 0.8);
    const bar = svg(
      "rect", { x: left + (step - wide) / 2, y: 116 - tall, width: wide, height: tall, class: "bar" },
      svg("title", {}, `${month}: ${count(number, "article")}`),
    );
    const named = rows.length <= 8 || place % Math.ceil(rows.length / 8) === 0;
    return named ? [bar, text(left + step / 2, 136, month, "middle")] : [bar];
  });
  const words = rows.map(([month, number]) => `${month}: ${number}`).join(", ");
  return drawing(width, height, `Articles by month. ${words}.`, ...bars);
}
