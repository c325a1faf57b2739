"""Text from outside, made fit for one line of a terminal, a log or a message."""

from __future__ import annotations

import re
import unicodedata

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_SHOWN = 40
# C1 controls, which hold a second set of escape sequences, and what hides or reorders text. JSON escapes C0 itself.
_OBEYED = re.compile(r"[\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")


def one_line(text: str) -> str:
    """Return the text in NFC on one line, without control, bidi and zero-width characters.

    Runs of white space become one space. A lone surrogate becomes U+FFFD, since no encoding can carry it.
    """
    kept = "".join(map(_fit, text))
    return " ".join(unicodedata.normalize("NFC", kept).split())


def has_controls(text: str) -> bool:
    """Return whether a text holds a control character."""
    return any(unicodedata.category(char) == "Cc" for char in text)


def clean_json(text: str) -> str:
    """Return a JSON text with what a terminal might obey written as escapes: it stays the same JSON."""
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def quoted(value: str) -> str:
    """Return the start of a text from a request in quotation marks, for an error message."""
    line = one_line(value)
    return f'"{line[:_SHOWN]}…"' if len(line) > _SHOWN else f'"{line}"'


def _fit(char: str) -> str:
    if char.isspace():
        return " "
    category = unicodedata.category(char)
    if category == "Cs":
        return _REPLACEMENT
    # Cc holds the terminal's escapes, Cf what reorders or hides text on the way to the reader.
    return "" if category in {"Cc", "Cf"} else char
