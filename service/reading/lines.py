"""From lines to paragraphs: a text wrapped at a fixed width has its lines joined again."""

from __future__ import annotations

from service.reading.shape import bullet, ends

_NARROW, _WIDE = 50, 100
_RAGGED = 30


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a normalized text, each on one line."""
    result: list[str] = []
    for block in _blocks(text):
        result.extend(_join(block) if _is_wrapped(block) else _mend(block))
    return result


def _blocks(text: str) -> list[list[str]]:
    blocks: list[list[str]] = [[]]
    for line in text.split("\n"):
        if line:
            blocks[-1].append(line)
        else:
            blocks.append([])
    return [block for block in blocks if block]


def _is_wrapped(block: list[str]) -> bool:
    """Say whether a block has lines of one width, most of which break off in the middle of a sentence."""
    body = block[:-1]
    if len(block) < 3:
        return False
    widths = [len(line) for line in body]
    open_ends = sum(not ends(line) for line in body)
    return (
        min(widths) >= _NARROW
        and max(widths) <= _WIDE
        and max(widths) - min(widths) <= _RAGGED
        and (open_ends > len(body) / 2)
    )


def _join(block: list[str]) -> list[str]:
    result = [block[0]]
    for line in block[1:]:
        if bullet(line):
            result.append(line)
        else:
            result[-1] = f"{result[-1]} {line}"
    return result


def _mend(block: list[str]) -> list[str]:
    """Join a line that breaks off to a next one that goes on in lower case."""
    result = [block[0]]
    for line in block[1:]:
        broken = not ends(result[-1]) and len(result[-1]) >= _NARROW
        if broken and line[0].islower() and not bullet(line):
            result[-1] = f"{result[-1]} {line}"
        else:
            result.append(line)
    return result
