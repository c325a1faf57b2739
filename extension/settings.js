// The server's address and the API key: kept in this browser, read by the extension's own pages only.

export const DEFAULT_SERVER = "http://127.0.0.1:8000";

/** What the user typed cannot be used; the message says why and what to do. */
export class SettingsError extends Error {
  constructor(message) {
    super(message);
    this.name = "SettingsError";
  }
}

/** The address of a server as it is kept, without a slash at its end. */
export function serverAddress(typed) {
  const url = URL.parse?.(typed.trim()) ?? parse(typed.trim());
  if (!url || !["http:", "https:"].includes(url.protocol)) {
    throw new SettingsError(`“${typed}” is not an address; write it like ${DEFAULT_SERVER} or https://wirecheck.example.`);
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new SettingsError("The address may have no name, password, ? or #; the API key has a field of its own.");
  }
  return url.origin + url.pathname.replace(/\/+$/, "");
}

/** Refuse to send a key where others on the way can read it. */
export function keyFor(server, typed) {
  const key = typed.trim();
  if (!key) return null;
  if (!/^[\x21-\x7e]+$/.test(key)) throw new SettingsError("An API key has only letters, digits and signs of ASCII, without spaces.");
  const url = new URL(server);
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    throw new SettingsError("Over http anyone on the way can read the key; use an https address, or a server on this machine.");
  }
  return key;
}

/** The permission that lets the extension ask this server. Patterns have no port: Firefox knows none. */
export function permissionFor(server) {
  const { protocol, hostname } = new URL(server);
  return { origins: [`${protocol}//${hostname}/*`] };
}

export function isLoopback(hostname) {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** @returns {Promise<{server: string | null, apiKey: string | null}>} */
export async function readSettings(local) {
  const { server = null, apiKey = null } = await local.get(["server", "apiKey"]);
  return { server, apiKey };
}

export function writeSettings(local, { server, apiKey }) {
  return local.set({ server, apiKey });
}

function parse(text) {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
