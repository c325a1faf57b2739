import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import {
  BrokenAnswerError, BusyError, Client, ConflictError, ForbiddenError, InvalidError, NotFoundError, ProblemError,
  UnauthorizedError, UnreachableError, WirecheckError, length, parts, slice, utf16,
} from "../client.js";

/** A server that answers with `answer(request, response, body)`, what it was asked, and its address. */
async function serving(t, answer) {
  const asked = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method, url, headers } = request;
    const body = Buffer.concat(chunks).toString();
    asked.push({ method, url, headers, body });
    answer(request, response, body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => { server.closeAllConnections(); server.close(); });
  return { asked, baseUrl: `http://127.0.0.1:${server.address().port}` };
}

const json = (status, body, headers = {}) => (_, response) => {
  response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(JSON.stringify(body));
};
const refused = (status, problem, headers) => json(status, problem, { "Content-Type": "application/problem+json", ...headers });
const SUMMARY = { kind: "summary", claims: 1, left_out: 0 };

async function all(rows) {
  const found = [];
  for await (const row of rows) found.push(row);
  return found;
}

// --- requests ---

test("a claim is sent as the contract has it", async (t) => {
  const { asked, baseUrl } = await serving(t, json(200, { verdict: "refuted" }));
  const found = await new Client({ baseUrl: `${baseUrl}/` }).check({ claim: "Six ponies ate the net.", limit: 3 });
  assert.equal(found.verdict, "refuted");
  assert.deepEqual([asked[0].method, asked[0].url], ["POST", "/v1/check"]);
  assert.deepEqual(JSON.parse(asked[0].body), { claim: "Six ponies ate the net.", limit: 3 });
  assert.equal(asked[0].headers["content-type"], "application/json");
  assert.equal(asked[0].headers.authorization, undefined);
});

test("the API key travels as a bearer token, and is not a property that anyone can read", async (t) => {
  const { asked, baseUrl } = await serving(t, json(200, { verdict: "refuted" }));
  const client = new Client({ baseUrl, apiKey: "wk-77" });
  await client.check({ claim: "Six ponies ate the net." });
  assert.equal(asked[0].headers.authorization, "Bearer wk-77");
  assert.ok(!JSON.stringify(client).includes("wk-77"));
});

test("a redirect is not followed, so that text and key stay with the server that was named", async (t) => {
  const other = await serving(t, json(200, {}));
  const { baseUrl } = await serving(t, (_, response) => response.writeHead(307, { Location: other.baseUrl }).end());
  await assert.rejects(new Client({ baseUrl, apiKey: "wk-77" }).check({ claim: "Six ponies ate the net." }), UnreachableError);
  assert.deepEqual(other.asked, []);
});

for (const [call, method, url] of [
  [(c) => c.checks({ stale: true, limit: 5 }), "GET", "/v1/checks?stale=true&limit=5"],
  [(c) => c.keptCheck("a b"), "GET", "/v1/checks/a%20b"],
  [(c) => c.recheck("ab"), "POST", "/v1/checks/ab/recheck"],
  [(c) => c.claimReview("ab"), "GET", "/v1/checks/ab/claimreview"],
  [(c) => c.articles({ cursor: "x" }), "GET", "/v1/articles?cursor=x&limit=50"],
  [(c) => c.article("quay/net loft?.md"), "GET", "/v1/articles/quay/net%20loft%3F.md"],
  [(c) => c.addArticle({ title: "Net" }), "POST", "/v1/articles"],
  [(c) => c.ready(), "GET", "/readyz"],
]) {
  test(`${method} ${url}`, async (t) => {
    const { asked, baseUrl } = await serving(t, json(200, { is: "here" }));
    assert.deepEqual(await call(new Client({ baseUrl })), { is: "here" });
    assert.deepEqual([asked[0].method, asked[0].url], [method, url]);
  });
}

test("a check to print is HTML as it came", async (t) => {
  const { asked, baseUrl } = await serving(t, (_, response) => response.end("<!doctype html><p>Six ponies</p>"));
  assert.equal(await new Client({ baseUrl }).printedCheck("a b"), "<!doctype html><p>Six ponies</p>");
  assert.deepEqual([asked[0].method, asked[0].url], ["GET", "/v1/checks/a%20b/report"]);
});

test("a deletion has no answer to read", async (t) => {
  const { asked, baseUrl } = await serving(t, (_, response) => response.writeHead(204).end());
  assert.equal(await new Client({ baseUrl }).deleteArticle("net"), undefined);
  assert.deepEqual([asked[0].method, asked[0].url], ["DELETE", "/v1/articles/net"]);
});

test("many articles go as lines, and each line has its answer", async (t) => {
  const { asked, baseUrl } = await serving(t, (_, response) => response.end('{"line": 1, "status": 201}\n{"line": 2, "status": 409}\n'));
  const rows = await all(new Client({ baseUrl }).addArticles('{"title": "Net"}\n{"title": "Net"}\n', { onDuplicate: "skip" }));
  assert.deepEqual(rows.map((row) => row.status), [201, 409]);
  assert.deepEqual([asked[0].method, asked[0].url], ["POST", "/v1/articles?on_duplicate=skip"]);
  assert.equal(asked[0].headers["content-type"], "application/x-ndjson");
  assert.equal(asked[0].body, '{"title": "Net"}\n{"title": "Net"}\n');
});

// --- whole texts ---

test("rows are given as they come, whatever the pieces they come in", async (t) => {
  const sent = [{ kind: "claim", sentence: "Brannóck’s 🐴 won.", start: 0, end: 17 }, SUMMARY];
  const bytes = Buffer.from(sent.map((row) => `${JSON.stringify(row)}\n`).join(""));
  let release;
  const { asked, baseUrl } = await serving(t, async (_, response) => {
    for (let at = 0; at < bytes.indexOf(10) + 1; at += 1) response.write(bytes.subarray(at, at + 1));
    await new Promise((resolve) => { release = resolve; }); // the rest waits until the first row was read
    response.end(bytes.subarray(bytes.indexOf(10) + 1));
  });
  const rows = new Client({ baseUrl }).checkText({ text: "Brannóck’s 🐴 won." });
  assert.deepEqual((await rows.next()).value, sent[0]);
  release();
  assert.deepEqual((await rows.next()).value, SUMMARY);
  assert.equal((await rows.next()).done, true);
  assert.deepEqual(JSON.parse(asked[0].body), { text: "Brannóck’s 🐴 won." });
});

test("an answer without a summary is not taken for a whole one", async (t) => {
  const { baseUrl } = await serving(t, (_, response) => response.end('{"kind": "claim"}\n'));
  await assert.rejects(all(new Client({ baseUrl }).checkText({ text: "Six ponies." })), BrokenAnswerError);
});

test("a connection that breaks off says so", async (t) => {
  const { baseUrl } = await serving(t, (_, response) => {
    response.writeHead(200, { "Content-Length": "999" }).write('{"kind": "claim"}\n', () => response.destroy());
  });
  await assert.rejects(all(new Client({ baseUrl }).checkText({ text: "Six ponies." })), UnreachableError);
});

test("a refused text is a problem before the first row", async (t) => {
  const { baseUrl } = await serving(t, refused(422, { detail: "the text has 100,001 characters", errors: [] }));
  await assert.rejects(all(new Client({ baseUrl }).checkText({ text: "…" })), InvalidError);
});

test("a text that nobody wants any more is let go of", async (t) => {
  let gone;
  const left = new Promise((resolve) => { gone = resolve; });
  const { baseUrl } = await serving(t, (_, response) => {
    response.on("close", gone);
    response.write('{"kind": "claim"}\n');
  });
  for await (const row of new Client({ baseUrl }).checkText({ text: "Six ponies." })) {
    assert.equal(row.kind, "claim");
    break;
  }
  await left;
});

test("a canceled text ends with the abort, in the middle of a row too", async (t) => {
  const { baseUrl } = await serving(t, (_, response) => response.write('{"kind": "claim"}\n{"kind'));
  const controller = new AbortController();
  const rows = new Client({ baseUrl }).checkText({ text: "Six ponies." }, { signal: controller.signal });
  await rows.next();
  controller.abort();
  await assert.rejects(rows.next(), { name: "AbortError" });
});

// --- errors ---

for (const [status, Kind] of [
  [400, InvalidError], [401, UnauthorizedError], [403, ForbiddenError], [404, NotFoundError], [409, ConflictError],
  [412, ConflictError], [413, InvalidError], [415, InvalidError], [422, InvalidError], [429, BusyError], [500, ProblemError],
  [503, BusyError],
]) {
  test(`${status} is a ${Kind.name} with what the server says`, async (t) => {
    const problem = { status, detail: "claim has 1 characters", errors: [{ detail: "claim has 1 characters", pointer: "/claim" }] };
    const { baseUrl } = await serving(t, refused(status, problem, { "Retry-After": "7" }));
    await assert.rejects(new Client({ baseUrl }).check({ claim: "?" }), (error) => {
      assert.equal(error.constructor, Kind);
      assert.ok(error instanceof ProblemError && error instanceof WirecheckError);
      assert.deepEqual([error.name, error.status, error.message, error.retryAfter], [Kind.name, status, problem.detail, 7]);
      assert.deepEqual(error.errors, problem.errors);
      return true;
    });
  });
}

test("an error page of something in between is a problem too", async (t) => {
  const { baseUrl } = await serving(t, (_, response) => response.writeHead(502).end("<h1>Bad gateway</h1>"));
  await assert.rejects(new Client({ baseUrl }).check({ claim: "Six ponies." }), { status: 502, message: "The server answers 502.", errors: [] });
});

test("an answer that is not JSON is not Wirecheck's", async (t) => {
  const { baseUrl } = await serving(t, (_, response) => response.end("<h1>Hello</h1>"));
  await assert.rejects(new Client({ baseUrl }).check({ claim: "Six ponies." }), BrokenAnswerError);
});

test("JSON of something else is no report", async (t) => {
  const { baseUrl } = await serving(t, json(200, { status: "ok" }));
  await assert.rejects(new Client({ baseUrl }).check({ claim: "Six ponies." }), BrokenAnswerError);
});

test("a server that is not there is said to be so, with the cause", async () => {
  await assert.rejects(new Client({ baseUrl: "http://127.0.0.1:1" }).check({ claim: "Six ponies." }), (error) => {
    assert.equal(error.constructor, UnreachableError);
    assert.ok(error.cause instanceof Error);
    return true;
  });
});

test("a canceled check is an abort, not an unreachable server", async (t) => {
  const { baseUrl } = await serving(t, () => {});
  const controller = new AbortController();
  const check = new Client({ baseUrl }).check({ claim: "Six ponies." }, { signal: controller.signal });
  setTimeout(() => controller.abort(), 20);
  await assert.rejects(check, { name: "AbortError" });
});

// --- offsets ---

const HARD = "Ha🐴ven é 👩‍🚀𝔅 end"; // é is e and an accent, the astronaut three code points

test("offsets in code points become offsets in UTF-16 units", () => {
  const at = utf16(HARD);
  const points = Array.from(HARD);
  for (let end = 0; end <= points.length; end += 1) {
    assert.equal(HARD.slice(0, at(end)), points.slice(0, end).join(""));
  }
  assert.deepEqual([at(2), at(3), at(points.length + 5)], [2, 4, HARD.length]);
  assert.equal(HARD.slice(at(points.length - 3)), "end");
});

test("a lone surrogate counts as one", () => {
  assert.equal("a\ud83db".slice(utf16("a\ud83db")(2)), "b");
});

test("lengths and slices count code points", () => {
  assert.equal(length("🐴🐴"), 2);
  assert.equal(slice("Ha🐴ven", 2, 4), "🐴v");
});

test("a text is cut where spans begin and end; what overlaps is one", () => {
  assert.deepEqual(parts("a🐴bcd", [{ start: 3, end: 4 }, { start: 1, end: 2 }]), [
    { text: "a", marked: false }, { text: "🐴", marked: true }, { text: "b", marked: false },
    { text: "c", marked: true }, { text: "d", marked: false },
  ]);
  assert.deepEqual(parts("abcd", [{ start: 0, end: 3 }, { start: 1, end: 4 }]).map((part) => part.text), ["abc", "d"]);
  assert.deepEqual(parts("ab", [{ start: 1, end: 9 }, { start: -1, end: 1 }]), [{ text: "ab", marked: false }]);
});
