// The page that the user asked about, as far as the background may touch it: through `content.js`, injected on request.

/** The page cannot be read or touched; the message says why and what to do. */
export class PageError extends Error {
  constructor(message, options) {
    super(message, options);
    this.name = "PageError";
  }
}

const REFUSED = "The browser does not let Wirecheck read this page until you ask on the page itself: click Wirecheck in the"
  + " toolbar, press its shortcut, or choose “Check this page” in the page’s menu. The browser’s own pages cannot be read at all.";

export class Page {
  #scripting;
  #tabId;

  constructor(scripting, tabId) {
    this.#scripting = scripting;
    this.#tabId = tabId;
  }

  get tabId() {
    return this.#tabId;
  }

  async selection() {
    await this.#inject();
    return this.#run(() => globalThis.wirecheck.selection(), []);
  }

  /** @returns {Promise<{text: string, isCut: boolean}>} */
  async read(run) {
    await this.#inject();
    await this.#scripting.insertCSS({ target: this.#target, files: ["content.css"] });
    return this.#run((id) => globalThis.wirecheck.read(id), [run]);
  }

  /** Mark a sentence by offsets in UTF-16 units; false where it is no longer there, or the page is gone. */
  mark(run, start, end, verdict) {
    return this.#try((...given) => globalThis.wirecheck?.mark(...given) ?? false, [run, start, end, verdict]);
  }

  reveal(run, start, end) {
    return this.#try((...given) => globalThis.wirecheck?.reveal(...given) ?? false, [run, start, end]);
  }

  /** Take every mark away. */
  async clear() {
    await this.#try(() => globalThis.wirecheck?.clear() ?? true, []);
    await this.#scripting.removeCSS({ target: this.#target, files: ["content.css"] }).catch(() => {});
  }

  get #target() {
    return { tabId: this.#tabId };
  }

  async #inject() {
    try {
      await this.#scripting.executeScript({ target: this.#target, files: ["content.js"] });
    } catch (cause) {
      throw new PageError(REFUSED, { cause });
    }
  }

  async #run(func, args) {
    const [{ result }] = await this.#scripting.executeScript({ target: this.#target, func, args });
    if (result === undefined || result === null) throw new PageError("This page could not be read.");
    return result;
  }

  async #try(func, args) {
    return this.#run(func, args).catch(() => false);
  }
}
