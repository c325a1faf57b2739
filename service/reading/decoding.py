"""From bytes to text, in whatever encoding the file was saved."""

from __future__ import annotations

import codecs
import re

from service.errors import ReadingError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark begins this one
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w-]{2,40})", re.I)
# Tables of old machines that a detector takes for Windows' own, which differ from them in a few letters.
_UNLIKELY = [
    *("mac_cyrillic", "mac_greek", "mac_iceland", "mac_latin2", "mac_roman", "mac_turkish", "hp_roman8", "ptcp154"),
    *("cp037", "cp273", "cp424", "cp500", "cp875", "cp1026", "cp1140"),
]
_SNIFFED = 4096
_MOSTLY_ASCII = 0.03
_BINARY = 0.05


def decode(data: bytes) -> str:
    """Return the text of `data`; raise `ReadingError` for what is not text."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            return data.decode(name, errors="replace")
    text = _without_mark(data)
    controls = sum(1 for char in text if char < " " and char not in "\t\n\r\f\v")
    if controls > _BINARY * len(text):
        raise ReadingError("is not text; save the article as UTF-8 text")
    return text


def _without_mark(data: bytes) -> str:
    wide = _wide_encoding(data)
    for name in (wide, "utf-8", _declared(data)):
        if name and (text := _try(data, name)) is not None:
            return text
    if (damaged := _damaged_utf8(data)) is not None:
        return damaged
    high = sum(byte >= 0x80 for byte in data)
    # A detector has too little to go on in English with a few curly quotes; there it is Windows' own table.
    if high <= max(4, _MOSTLY_ASCII * len(data)) and (text := _try(data, "cp1252")) is not None:
        return text
    from charset_normalizer import from_bytes  # slow to import, and most files are UTF-8

    best = from_bytes(data, cp_exclusion=_UNLIKELY).best()
    if best is None:
        raise ReadingError("has no encoding that can be told; save the article as UTF-8 text")
    return str(best)


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def _wide_encoding(data: bytes) -> str | None:
    """Return which UTF-16 a text without a mark is in: Latin letters leave a NUL in every other byte."""
    head = data[:_SNIFFED]
    pairs = len(head) // 2
    if pairs < 2:
        return None
    if head[1::2].count(0) > 0.7 * pairs and head[0::2].count(0) < 0.1 * pairs:
        return "utf-16-le"
    if head[0::2].count(0) > 0.7 * pairs and head[1::2].count(0) < 0.1 * pairs:
        return "utf-16-be"
    return None


def _declared(data: bytes) -> str | None:
    found = _META_CHARSET.search(data[:_SNIFFED])
    return found.group(1).decode("ascii") if found else None


def _damaged_utf8(data: bytes) -> str | None:
    """Return the text of a file cut in the middle of a character: it is UTF-8 all the same, not mojibake."""
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    sound = sum(char > "\x7f" for char in text) - broken
    return text if sound > 5 * broken else None
