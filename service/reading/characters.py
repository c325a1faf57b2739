"""The characters of a text: which are kept, and how two lines are compared."""

from __future__ import annotations

import re
import unicodedata

_BREAKS = re.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_SPACES = re.compile(r"[^\S\n]+")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
# Bidirectional marks, zero-width space, soft hyphen, byte order mark. The joiners stay: emoji and Persian need them.
_INVISIBLE = re.compile(r"[\u200b\u200e\u200f\u061c\u202a-\u202e\u2060\u2066-\u2069\ufeff\u00ad]")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff]")
# What XML cannot hold, by itself or as a reference: lxml reads it in a page, but does not take it back.
_NOT_XML = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"
    r"|&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01]|6553[45])|x0*(?:[0-8bcef]|1[0-9a-f]|fff[ef]))(?:;|(?![0-9a-f]))",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+(?:[-'’.]\w+)*")


def normalize(text: str) -> str:
    r"""Return NFC text without control or bidirectional marks, white space folded, lines parted by `\n`."""
    text = _SURROGATES.sub("\ufffd", text)
    text = _BREAKS.sub("\n", text)
    text = _CONTROLS.sub("", _INVISIBLE.sub("", text))
    text = unicodedata.normalize("NFC", _SPACES.sub(" ", text))
    return "\n".join(line.strip() for line in text.split("\n")).strip()


def without_controls(page: str) -> str:
    """Return a page without the characters and references that no parser of XML can hold; each is a space."""
    return _NOT_XML.sub(" ", page)


def words(line: str) -> list[str]:
    """Return the words of a line, punctuation left off."""
    return _WORD.findall(line)


def key(line: str) -> str:
    """Return what two lines have in common that differ only in case, punctuation and spacing."""
    return " ".join(words(line.casefold()))


def is_upper(line: str) -> bool:
    """Say whether a line is set in capitals; two letters are too few to tell."""
    letters = list(filter(str.isalpha, line))
    return len(letters) > 2 and sum(map(str.isupper, letters)) >= 0.9 * len(letters)
