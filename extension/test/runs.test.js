import assert from "node:assert/strict";
import { test } from "node:test";
const from = (name) => import(`${process.env.EXTENSION}/${name}`);
const { ROW, Runs, said } = await from("runs.js");
const { BusyError, UnauthorizedError, UnreachableError } = await from("shared/client.js");
const { SettingsError } = await from("settings.js");
const { PageError } = await from("page.js");

/** Session storage as browsers have it; `full` says which writes do not fit. */
function memory(full = () => false) {
  let kept = {};
  return {
    get: async (key) => structuredClone(key === null ? kept : { [key]: kept[key] }),
    set: async (values) => {
      if (full(values)) throw new Error("QUOTA_BYTES quota exceeded");
      kept = { ...kept, ...structuredClone(values) };
    },
    clear: async () => { kept = {}; },
    all: () => kept,
  };
}

const TEXT = "🐴 Six ponies swam. Who saw it? The net was old.";
const claim = (start, end, verdict, sentence) => ({
  kind: "claim", start, end, sentence, checked_as: sentence, report: { verdict, check_id: `id-${start}` }, problem: null,
});
const LINES = [
  claim(2, 18, "refuted", "Six ponies swam."), { kind: "left_out", reason: "question" }, claim(31, 47, "supported", "The net was old."),
  { kind: "summary" },
];

function answering(rows, check = async (query) => ({ verdict: "refuted", claim: query.claim })) {
  return { check, async *checkText() { yield* rows; } };
}

function runsOn(session, client) {
  return new Runs({ session, connect: async () => client, awake: (work) => work() });
}

class FakePage {
  tabId = 7;
  marked = [];
  constructor(text = TEXT) { this.text = text; }
  async read() { return { text: this.text, isCut: false }; }
  async mark(_, start, end, verdict) { return Boolean(this.marked.push([this.text.slice(start, end), verdict])); }
}

test("a claim is asked and its report kept", async () => {
  const session = memory();
  await runsOn(session, answering([])).claim("  Six ponies swam. ");
  const { run } = session.all();
  assert.deepEqual([run.kind, run.state, run.text, run.report], ["claim", "done", "Six ponies swam.", { verdict: "refuted", claim: "Six ponies swam." }]);
});

test("a page's claims are marked at their place in UTF-16, and kept one by one", async () => {
  const [session, page] = [memory(), new FakePage()];
  await runsOn(session, answering(LINES)).page(page);
  assert.deepEqual(page.marked, [["Six ponies swam.", "refuted"], ["The net was old.", "supported"]]);
  const { run, [`${ROW}0`]: first, [`${ROW}1`]: second } = session.all();
  assert.deepEqual([run.state, run.found, run.leftOut, run.marked, run.tabId], ["done", 2, 1, 2, 7]);
  assert.deepEqual([first.sentence, first.verdict, first.checkId, first.isMarked], ["Six ponies swam.", "refuted", "id-2", true]);
  assert.equal(second.n, 1);
});

test("a claim with a problem is kept with it, and not marked", async () => {
  const [session, page] = [memory(), new FakePage()];
  const broken = { ...claim(2, 18, null, "Six ponies swam."), report: null, problem: { detail: "The store cannot be written to." } };
  await runsOn(session, answering([broken, { kind: "summary" }])).page(page);
  assert.equal(session.all()[`${ROW}0`].problem, "The store cannot be written to.");
  assert.deepEqual(page.marked, []);
});

test("a report that does not fit into the session is left out; its row stays", async () => {
  const session = memory((values) => Boolean(values[`${ROW}1`]?.report));
  await runsOn(session, answering(LINES)).text(TEXT);
  const rows = session.all();
  assert.deepEqual([rows[`${ROW}0`].report.check_id, rows[`${ROW}1`].report, rows[`${ROW}1`].checkId], ["id-2", null, "id-31"]);
  assert.equal(rows.run.state, "done");
});

test("a canceled claim is canceled, whatever its request ends with", async () => {
  const session = memory();
  const runs = runsOn(session, answering([], (_, { signal }) => new Promise((_, fail) => {
    signal.addEventListener("abort", () => fail(signal.reason));
    queueMicrotask(() => runs.cancel());
  })));
  await runs.claim("Six ponies swam.");
  assert.equal(session.all().run.state, "canceled");
});

test("a run that was replaced writes nothing over the one that replaced it", async () => {
  const session = memory();
  let letGo;
  const slow = new Promise((resolve) => { letGo = resolve; });
  const runs = runsOn(session, answering([], async ({ claim: asked }) => {
    if (asked === "The first claim.") await slow;
    return { claim: asked };
  }));
  const first = runs.claim("The first claim.");
  await new Promise((resolve) => setTimeout(resolve));
  await runs.claim("The second claim.");
  letGo();
  await first;
  const { run } = session.all();
  assert.deepEqual([run.text, run.state, run.report], ["The second claim.", "done", { claim: "The second claim." }]);
});

test("what is forgotten stays so, though it was still running", async () => {
  const session = memory();
  let letGo;
  const runs = runsOn(session, answering([], () => new Promise((resolve) => { letGo = resolve; })));
  const running = runs.claim("Six ponies swam.");
  await new Promise((resolve) => setTimeout(resolve));
  await runs.forget();
  letGo({});
  await running;
  assert.deepEqual(session.all(), {});
});

test("a run that the browser has stopped is said to be so when the background wakes", async () => {
  const session = memory();
  await session.set({ run: { id: "x", kind: "claim", state: "running", text: "Six ponies swam." } });
  await runsOn(session, answering([])).recover();
  assert.deepEqual([session.all().run.state, session.all().run.error.kind], ["failed", "interrupted"]);
});

test("a run that ended is left as it is", async () => {
  const session = memory();
  await session.set({ run: { id: "x", state: "done" } });
  await runsOn(session, answering([])).recover();
  assert.deepEqual(session.all().run, { id: "x", state: "done" });
});

test("limits count characters as the contract does", async () => {
  const session = memory();
  const runs = runsOn(session, answering([]));
  await runs.claim("🐴".repeat(1000));
  assert.equal(session.all().run.state, "done");
  await runs.claim("🐴".repeat(1001));
  assert.deepEqual([session.all().run.error.kind, session.all().run.text.length], ["long", 2002]);
  await runs.claim("🐴!");
  assert.equal(session.all().run.error.kind, "short");
});

test("a page without text is not sent", async () => {
  const session = memory();
  await runsOn(session, { checkText() { throw new Error("sent"); } }).page(new FakePage("  \n "));
  assert.deepEqual([session.all().run.state, session.all().run.error.kind], ["failed", "page"]);
});

for (const [error, kind, words] of [
  [new SettingsError("No server is set yet."), "settings", /No server/],
  [new UnauthorizedError(401, { detail: "An API key is needed." }), "settings", /settings/],
  [new BusyError(503, { detail: "Too many requests wait." }, 7), "busy", /in 7 s/],
  [new UnreachableError("The server cannot be reached."), "unreachable", /cannot be reached/],
  [new PageError("This page could not be read."), "page", /could not be read/],
]) {
  test(`${error.constructor.name} is told as ${kind}`, () => {
    const { kind: told, message } = said(error);
    assert.equal(told, kind);
    assert.match(message, words);
  });
}

test("an unreachable server may be the browser's own fault, and then it says so", () => {
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  Object.defineProperty(globalThis, "navigator", { value: { onLine: false }, configurable: true });
  assert.match(said(new UnreachableError("The server cannot be reached.")).message, /reached. This browser is offline.$/);
  if (before) Object.defineProperty(globalThis, "navigator", before);
  else delete globalThis.navigator;
});
