"""Pages of an invented paper, to use the extension on."""

_STORY = (
    "The ferry Brannock Star struck the breakwater outside Kelmouth on Thursday evening.",
    "Forty people were injured in the ferry accident.",
    "Is this what we pay the harbor for?",
    "The buoy at the harbor entrance was dark.",
)


def page(*paragraphs: str, head: str = "", before: str = "", after: str = "") -> str:
    body = "\n".join(f"<p>{text}</p>" for text in paragraphs)
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Quay Post</title>{head}<body>{before}"
        f"<nav><a href=/>The harbor master sold 900 boats in 2025.</a></nav>"
        f"<article><h1>Ferry strikes breakwater</h1>{body}</article>{after}</body></html>"
    )


STORY = page(
    *_STORY[:1], "Forty   people were <b>injured</b>\n in the ferry <em>accident</em>. 🐴 " + _STORY[2], _STORY[3],
    after="<p style='display:none'>The secret pier burned down in 2019.</p>"
    "<form><textarea>My password is Gull77.</textarea></form><footer>Kelmouth has 9,000 readers.</footer>",
)  # fmt: skip

HOSTILE = page(
    "Forty people were injured in the ferry accident &lt;img src=x onerror=\"document.title='taken'\"&gt;.",
    "&lt;script&gt;document.title='taken'&lt;/script&gt; The buoy at the harbor entrance was dark.",
    "The ferry Brannock Star struck the breakwater outside Kelmouth on Thursday evening.",
    head="""<script>
      window.seen = [];
      const note = (what, given) => { try { window.seen.push(what + " " + String(given)); } catch {} };
      addEventListener("message", (event) => note("message", JSON.stringify(event.data)), true);
      for (const type of ["copy", "focus", "selectionchange", "wirecheck", "storage"]) {
        document.addEventListener(type, (event) => note(type, event.detail), true);
      }
      for (const [type, name] of [
        [Element, "matches"], [Document, "createTreeWalker"], [Range, "setStart"], [Map, "set"], [Array, "push"],
        [Highlight, "add"], [EventTarget, "dispatchEvent"], [Promise, "then"], [HTMLElement, "click"],
      ]) {
        const own = type.prototype[name];
        type.prototype[name] = function (...given) {
          if (type !== Array && type !== Map && type !== Promise) note(name, given);
          return own.apply(this, given);
        };
      }
      for (const name of ["apiKey", "server", "Authorization", "authorization", "report", "run"]) {
        Object.defineProperty(Object.prototype, name, {
          set(value) { note("set " + name, value); }, get() { note("get " + name, ""); }, configurable: true,
        });
      }
      window.fetch = (...given) => { note("fetch", given); return Promise.reject(new Error("no")); };
      window.getSelection = () => "stolen selection";
    </script>""",
    before="""<img name="body" alt=""><img name="documentElement" alt=""><img name="createTreeWalker" alt="">
      <img id="wirecheck" name="querySelectorAll" alt=""><form name="activeElement"><input name="childNodes">
      <input name="matches"><input name="parentElement"></form>""",
)  # fmt: skip
