"""Near-identical sentences are judged once. Sentences that differ in a name, a number or a negation never are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from service.domain import Hit

SAME = 0.93  # cosine of two sentences that say the same in nearly the same words
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NAME = re.compile(r"(?<!^)(?<![.!?] )\b[A-Z][\w’'-]+")
_NEGATION = re.compile(
    r"\b(no|not|never|none|nobody|nothing|neither|nor|without|denie[sd]|deny|denying|reject\w*|refus\w*|un\w+ed|"
    r"\w+n[’']t|fail\w*|lack\w*|few|hardly|false)\b",
    re.IGNORECASE,
)
_NUMBER_WORD = re.compile(
    r"\b(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|twenty|thirty|forty|fifty|sixty|seventy|"
    r"eighty|ninety|hundred|thousand|million|billion|half|third|quarter|about|nearly|almost|over|least|most)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Group:
    """One sentence to judge, and the near-identical ones that share its stance."""

    first: Hit
    others: tuple[Hit, ...] = ()

    @property
    def hits(self) -> tuple[Hit, ...]:
        """Return all of them, the one that is judged first."""
        return (self.first, *self.others)


def fold(hits: Iterable[Hit], same: Callable[[Hit, Hit], float], limit: int) -> tuple[list[Group], list[Hit]]:
    """Gather hits, best first, into at most `limit` groups; also return the hits that no group had room for.

    `same` gives the cosine of two hits' sentences.
    """
    groups: list[list[Hit]] = []
    signatures: list[frozenset[str]] = []
    left: list[Hit] = []
    for hit in hits:
        mark = signature(hit.sentence.text)
        home = next((g for g, m in zip(groups, signatures, strict=True) if m == mark and same(g[0], hit) >= SAME), None)
        if home is not None:
            home.append(hit)
        elif len(groups) < limit:
            groups.append([hit])
            signatures.append(mark)
        else:
            left.append(hit)
    return [Group(group[0], tuple(group[1:])) for group in groups], left


def signature(sentence: str) -> frozenset[str]:
    """Return what two sentences must share to be folded: numbers, names inside the sentence, negations."""
    found = [*_NUMBER.findall(sentence), *_NAME.findall(sentence)]
    found += [word.lower() for pattern in (_NEGATION, _NUMBER_WORD) for word in pattern.findall(sentence)]
    return frozenset(found)
