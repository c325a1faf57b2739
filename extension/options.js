// The settings: the server's address, the permission to ask it, and the API key.

import { api } from "./browser.js";
import { DEFAULT_SERVER, keyFor, permissionFor, readSettings, serverAddress, writeSettings } from "./settings.js";

const at = (id) => document.getElementById(id);

function says(words, isError = false) {
  at("status").textContent = words;
  at("status").classList.toggle("error", isError);
}

async function save(event) {
  event.preventDefault();
  let server, apiKey;
  try {
    server = serverAddress(at("server").value);
    apiKey = keyFor(server, at("key").value);
  } catch (error) {
    return says(error.message, true);
  }
  // Asked for in the turn of the click, or the browser refuses.
  const allowed = await api.permissions.request(permissionFor(server));
  if (!allowed) return says("Not saved: without the permission Wirecheck cannot ask this server.", true);
  await giveBack(server);
  await writeSettings(api.storage.local, { server, apiKey });
  says("Saved. Asking the server…");
  const { error } = await api.runtime.sendMessage({ ask: "test" });
  return error ? says(`Saved, but: ${error.message}`, true) : says("Saved. The server is ready.");
}

/** A permission for a server that is asked no more is given back. */
async function giveBack(server) {
  const before = (await readSettings(api.storage.local)).server;
  if (!before) return;
  const [old] = permissionFor(before).origins;
  if (server && permissionFor(server).origins[0] === old) return;
  await api.permissions.remove({ origins: [old] }).catch(() => {}); // one that the manifest requires stays
}

async function forget() {
  await giveBack(null);
  await api.storage.local.remove(["server", "apiKey"]);
  await api.runtime.sendMessage({ ask: "forget" });
  at("server").value = DEFAULT_SERVER;
  at("key").value = "";
  says("Forgotten.");
}

at("form").addEventListener("submit", save);
at("forget").addEventListener("click", forget);
const { server, apiKey } = await readSettings(api.storage.local);
at("server").value = server ?? DEFAULT_SERVER;
at("key").value = apiKey ?? "";
