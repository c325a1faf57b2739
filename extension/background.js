// The only part that asks the server, and only when the user has asked. It may be stopped and started at any time, so
// listeners are set in the first turn and everything that lasts is in storage.

import { api, awake, keepStorageToOurselves, openPanel } from "./browser.js";
import { Page } from "./page.js";
import { ROW, Runs, said } from "./runs.js";
import { SettingsError, permissionFor, readSettings } from "./settings.js";
import { Client, UnreachableError } from "./shared/client.js";

const MENUS = [
  { id: "check-selection", title: "Check “%s”", contexts: ["selection"] },
  { id: "check-page", title: "Check this page", contexts: ["page"] },
];

const runs = new Runs({ session: api.storage.session, connect, awake });
const ready = keepStorageToOurselves().then(() => runs.recover());

async function connect() {
  const { server, apiKey } = await readSettings(api.storage.local);
  if (!server) throw new SettingsError("No server is set yet. Say in the settings which one to ask.");
  if (!(await api.permissions.contains(permissionFor(server)))) {
    throw new SettingsError(`The browser has not been allowed to ask ${server} yet. Save the settings again to allow it.`);
  }
  return new Client({ baseUrl: server, apiKey });
}

// --- what the user asks for: menu, shortcuts, button ---

api.runtime.onInstalled.addListener(async ({ reason }) => {
  await api.contextMenus.removeAll();
  for (const menu of MENUS) api.contextMenus.create(menu);
  if (reason === "install") await api.runtime.openOptionsPage();
});

api.contextMenus.onClicked.addListener((info, tab) => {
  openPanel(tab);
  if (info.menuItemId === "check-selection") begin(() => runs.claim(info.selectionText ?? ""));
  if (info.menuItemId === "check-page") begin(() => checkPage(tab));
});

api.commands.onCommand.addListener((command, tab) => {
  openPanel(tab);
  if (command === "check-selection") begin(() => checkSelection(tab));
  if (command === "check-page") begin(() => checkPage(tab));
});

// The click also allows reading the page that it was made on, which the panel's own button then needs.
api.action.onClicked.addListener((tab) => { openPanel(tab); });

async function begin(work) {
  await ready;
  await work();
}

async function checkSelection(tab) {
  try {
    await runs.claim(await pageOf(tab).selection());
  } catch (error) {
    await runs.failed(error);
  }
}

async function checkPage(tab) {
  await clearMarks();
  await runs.page(pageOf(tab));
}

function pageOf(tab) {
  return new Page(api.scripting, tab.id);
}

// --- what the panel and the settings ask for ---

const ANSWERS = {
  check: ({ claim }) => void runs.claim(claim),
  text: ({ text }) => void runs.text(text),
  page: async ({ windowId }) => {
    const [tab] = await api.tabs.query({ active: true, windowId });
    void checkPage(tab);
  },
  cancel: () => runs.cancel(),
  forget: async () => {
    await clearMarks();
    await runs.forget();
  },
  reveal: ({ n }) => reveal(n),
  report: ({ n }) => keptReport(n),
  draft: async ({ checkId }) => (await connect()).claimReview(checkId),
  test: () => firstAnswer(),
};

api.runtime.onMessage.addListener((message, sender, respond) => {
  if (!isOurs(sender) || !Object.hasOwn(ANSWERS, message?.ask)) return false;
  ready.then(() => ANSWERS[message.ask](message)).then(
    (answer) => respond({ answer: answer ?? null }),
    (error) => respond({ error: said(error) }),
  );
  return true;
});

/** Right after settings were saved the browser now and then lets no request through; a moment later it does. */
async function firstAnswer(tries = 4) {
  const client = await connect();
  for (let left = tries - 1; ; left -= 1) {
    try {
      return await client.ready();
    } catch (error) {
      if (!(error instanceof UnreachableError) || left === 0) throw error;
      await new Promise((done) => setTimeout(done, 500));
    }
  }
}

/** Pages of the extension itself may ask; what runs in a page of the web may not, be it ours. */
function isOurs(sender) {
  return sender.id === api.runtime.id && (sender.url ?? "").startsWith(api.runtime.getURL("/"));
}

async function clearMarks() {
  const run = await runs.run();
  if (run?.kind === "page") await new Page(api.scripting, run.tabId).clear();
}

async function row(n) {
  const key = ROW + n;
  return (await api.storage.session.get(key))[key];
}

async function reveal(n) {
  const [run, { start, end }] = [await runs.run(), await row(n)];
  await api.tabs.update(run.tabId, { active: true }).catch(() => {});
  return new Page(api.scripting, run.tabId).reveal(run.id, start, end);
}

async function keptReport(n) {
  const { checkId } = await row(n);
  return (await (await connect()).keptCheck(checkId)).report;
}
