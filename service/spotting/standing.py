"""A sentence made to stand alone: the pronoun or "the company" at its beginning named, where that is sure.

Sure is: the sentence before names just one person, or just one other thing, that the words can mean. A wrong name
would check a claim that nobody made, so in doubt the sentence stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_NAME = re.compile(r"\b[A-Z][\w’'-]*(?:\s+(?:of|de|van|von|al|bin)?\s*[A-Z][\w’'-]*)*")
_PERSONAL = re.compile(r"^(He|She)\b(?!['’])")
_NEUTRAL = re.compile(r"^(It|They)\b(?!['’])(?=\s+\w+)")
_OWNED = re.compile(r"^(His|Her|Its|Their)\s+(?=[a-z])")
_GROUP = re.compile(
    r"^The (group|company|firm|ministry|agency|party|union|organization|team|club|bank|airline|university|court|"
    r"committee|council|department|movement|militia|charity|newspaper|network|operator)\b(?!\s+of\b)"
)
_BODY = re.compile(
    r"\b(?:Inc|Ltd|Group|Bank|Party|Union|Ministry|University|Institute|Agency|Committee|Council|Court|Department|"
    r"Company|Corporation|Airlines?|Club|Front|Army|Police|Office|Association|Foundation|Times|Post|News|Energy|Motors|"
    r"Steel|Rail|Foods|State|Nations)\b"
)
_TITLE = re.compile(r"^(?:Mr|Mrs|Ms|Dr|President|Minister|Judge|Mayor|Professor|Governor|Senator|General|Pope|King)\b")
# Words that a sentence begins with in capitals without being names.
_COMMON = frozenset(
    "The A An In On At By For From After Before While When As But And Or If It He She They We You I This That These "
    "Those There Here With Without Since Until Despite However Meanwhile According Officials Police Some Many Most "
    "Several Two Three Four Five Six Seven Eight Nine Ten Monday Tuesday Wednesday Thursday Friday Saturday Sunday "
    "January February March April May June July August September October November December Its His Her Their Our My "
    "Last Next Earlier Later Yesterday Today Tomorrow No Not Only Even Now Then So Yet Also Both Each Every All".split()
)


def stand_alone(sentence: str, before: Sequence[str]) -> str:
    """Return the sentence with what its beginning points back to named, or as it is where that is not sure."""
    previous = before[-1] if before else ""
    if match := _PERSONAL.match(sentence):
        return _named(sentence, match.end(1), _only(_people(previous)))
    if match := _GROUP.match(sentence):
        return _named(sentence, match.end(1), _only(_bodies(previous)))
    if match := _NEUTRAL.match(sentence):
        only = _only(_bodies(previous)) if not _people(previous) else None
        return _named(sentence, match.end(1), only)
    if match := _OWNED.match(sentence):
        found = _people(previous) if match[1] in {"His", "Her"} else _bodies(previous)
        only = _only(found)
        return _named(sentence, match.end(1), f"{only}’s" if only else None)
    return sentence


def _named(sentence: str, end: int, name: str | None) -> str:
    return f"{name}{sentence[end:]}" if name else sentence


def _only(names: Sequence[str]) -> str | None:
    distinct = list(dict.fromkeys(names))
    return distinct[0] if len(distinct) == 1 else None


def _names(text: str) -> list[str]:
    found = []
    for match in _NAME.finditer(text):
        words = match[0].split()
        while words and words[0] in _COMMON:
            words.pop(0)
        if words:
            found.append(" ".join(words))
    return found


def _people(text: str) -> list[str]:
    """Return the names of people: two words or more that name no body, or a title with a name."""
    return [n for n in _names(text) if not _BODY.search(n) and (len(n.split()) in (2, 3) or _TITLE.match(n))]


def _bodies(text: str) -> list[str]:
    """Return the names of bodies: those with a word for one, or of one word, places aside (after "in" or "near")."""
    found = []
    for name in _names(text):
        placed = re.search(rf"\b(?:in|near|at|from|to|of|outside)\s+{re.escape(name)}\b", text)
        if _BODY.search(name) or (len(name.split()) == 1 and not placed):
            found.append(name)
    return found
