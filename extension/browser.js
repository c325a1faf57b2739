// What differs between Chrome and Firefox, and nothing else.

export const api = globalThis.browser ?? globalThis.chrome;

/** Open the panel beside a tab. Both browsers allow it only in the very turn in which the user asked. */
export function openPanel(tab) {
  const opening = api.sidePanel
    ? api.sidePanel.open(tab?.id >= 0 ? { tabId: tab.id } : { windowId: tab.windowId })
    : api.sidebarAction.open();
  return opening.catch((error) => console.warn("The panel stays closed:", error.message));
}

/** Keep what is stored from content scripts, where the browser can. Firefox cannot for `local`; ours never read it. */
export async function keepStorageToOurselves() {
  for (const area of [api.storage.local, api.storage.session]) {
    await area.setAccessLevel?.({ accessLevel: "TRUSTED_CONTEXTS" });
  }
}

/** A background that has nothing to do is stopped after 30 seconds; work in progress says that it is there. */
export async function awake(work) {
  const beat = setInterval(() => api.runtime.getPlatformInfo(), 20_000);
  try {
    return await work();
  } finally {
    clearInterval(beat);
  }
}
