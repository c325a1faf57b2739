// Runs in the page that the user asked about, in a world of its own, and only once asked. It reads text, marks ranges,
// and knows neither server nor key. Every member of the page's objects is taken from its prototype: a page may name a
// form field `childNodes`, or an image `body`, and would be read in its place.

(() => {
  if (Object.hasOwn(globalThis, "wirecheck")) return; // asked again on the same page
  const MOST = 90_000; // UTF-16 units; the server takes 100,000 characters
  const LEAST = 200; // a part of the page with less text is not what the page is about
  const SKIPPED = "script, style, noscript, template, nav, aside, footer, form, dialog, button, select, textarea, input,"
    + " iframe, object, svg, canvas, audio, video, [aria-hidden='true'], [hidden], [role='navigation'], [role='banner']";
  const VERDICTS = ["supported", "refuted", "disputed", "outdated", "not_enough_evidence"];
  const getter = (type, name) => {
    const { get } = Object.getOwnPropertyDescriptor(type.prototype, name);
    return (object) => Reflect.apply(get, object, []);
  };
  const method = (type, name) => {
    const own = type.prototype[name];
    return (object, ...given) => Reflect.apply(own, object, given);
  };
  const documentElement = getter(Document, "documentElement");
  const body = getter(Document, "body");
  const activeElement = getter(Document, "activeElement");
  const walker = method(Document, "createTreeWalker");
  const newRange = method(Document, "createRange");
  const all = method(Document, "querySelectorAll");
  const parent = getter(Node, "parentElement");
  const isConnected = getter(Node, "isConnected");
  const matches = method(Element, "matches");
  const isShown = method(Element, "checkVisibility");
  const scrollIntoView = method(Element, "scrollIntoView");

  let asked = null; // the run that this page was read for, with its text and where each unit of it stands
  let marks = new Map();

  /** The text that is selected, in the page or in a field; never a password's. */
  function selection() {
    const field = activeElement(document);
    const type = [HTMLTextAreaElement, HTMLInputElement].find((each) => field instanceof each);
    // Chromium gives a dot for each character of a password that is selected: not even those are read.
    if (type === HTMLInputElement && !["text", "search"].includes(getter(type, "type")(field))) return "";
    if (type) {
      const [value, start, end] = ["value", "selectionStart", "selectionEnd"].map((name) => getter(type, name)(field));
      if (start < end) return value.slice(start, end);
    }
    return String(window.getSelection());
  }

  /** Read the text of what the page is about; the answer has nothing else of the page. */
  function read(run) {
    clear();
    let found = collect(subject());
    if (found.text.trim().length < LEAST) found = collect(body(document) ?? documentElement(document));
    asked = { run, ...found };
    return { text: found.text, isCut: found.isCut };
  }

  function subject() {
    for (const names of ["article", "main, [role='main']"]) {
      const parts = [...all(document, names)];
      if (parts.length === 1) return parts[0];
    }
    return body(document) ?? documentElement(document);
  }

  function collect(root) {
    const found = { text: "", places: [], isCut: false };
    const steps = walker(document, root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, accepts);
    let before = null;
    for (let node = steps.nextNode(); node && !found.isCut; node = steps.nextNode()) {
      if (node instanceof HTMLBRElement) add(found, "\n", null, 0);
      if (!(node instanceof Text)) continue;
      const block = blockOf(node);
      if (block !== before && !/\S/.test(dataOf(node))) continue; // what stands between two blocks is not shown
      if (block !== before && found.text) {
        add(found, "\n", null, 0);
        add(found, "\n", null, 0);
      }
      before = block;
      addText(found, node);
    }
    return found.isCut ? cut(found) : found;
  }

  /** What does not fit ends at a paragraph, so that no half sentence is checked. */
  function cut(found) {
    const end = found.text.lastIndexOf("\n\n");
    return end > 0 ? { text: found.text.slice(0, end), places: found.places.slice(0, end), isCut: true } : found;
  }

  function accepts(node) {
    if (!(node instanceof Element)) return NodeFilter.FILTER_ACCEPT;
    return matches(node, SKIPPED) || !isShown(node, { visibilityProperty: true }) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT;
  }

  function blockOf(node) {
    let at = parent(node);
    while (at && /^(inline|contents|ruby)/.test(getComputedStyle(at).display)) at = parent(at);
    return at;
  }

  /** White space is shown as one space, and so is it read. */
  function addText(found, node) {
    const data = dataOf(node);
    for (let at = 0; at < data.length; at += 1) {
      if (found.text.length >= MOST) {
        found.isCut = true;
        return;
      }
      const isSpace = /\s/.test(data[at]);
      if (isSpace && /^$|\s$/.test(found.text.slice(-1))) continue;
      add(found, isSpace ? " " : data[at], node, at);
    }
  }

  const dataOf = getter(CharacterData, "data");

  function add(found, unit, node, at) {
    found.text += unit;
    found.places.push([node, at]);
  }

  /** Mark a sentence by its offsets in UTF-16 units; says whether it still stands where it was read. */
  function mark(run, start, end, verdict) {
    const range = rangeOf(run, start, end);
    if (!range || !VERDICTS.includes(verdict)) return false;
    const name = `wirecheck-${verdict}`;
    if (!marks.has(name)) marks.set(name, new Highlight());
    marks.get(name).add(range);
    CSS.highlights.set(name, marks.get(name));
    return true;
  }

  /** Bring a sentence into view, and let reading by keyboard go on from it. */
  function reveal(run, start, end) {
    const range = rangeOf(run, start, end);
    if (!range) return false;
    const isStill = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const [node, at] = asked.places[start];
    scrollIntoView(parent(node), { block: "center", behavior: isStill ? "instant" : "smooth" });
    window.getSelection().collapse(node, at);
    CSS.highlights.set("wirecheck-current", new Highlight(range));
    return true;
  }

  function rangeOf(run, start, end) {
    if (asked?.run !== run) return null;
    const places = asked.places.slice(start, end).map((place, index) => [...place, asked.text[start + index]]);
    if (!places.length || !places.every(isWhereItWas)) return null;
    const inText = places.filter(([node]) => node);
    const range = newRange(document);
    range.setStart(...inText.at(0).slice(0, 2));
    range.setEnd(inText.at(-1)[0], inText.at(-1)[1] + 1);
    return range;
  }

  function isWhereItWas([node, at, unit]) {
    return !node || (isConnected(node) && (unit === " " || dataOf(node)[at] === unit));
  }

  function clear() {
    for (const name of [...VERDICTS, "current"]) CSS.highlights.delete(`wirecheck-${name}`);
    marks = new Map();
    asked = null;
  }

  globalThis.wirecheck = { selection, read, mark, reveal, clear };
})();
