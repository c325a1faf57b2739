"""Near-identical sentences are judged once. Sentences that differ in a name, a number or a negation never are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from service.domain import Hit
from service.language.terms import STOP_WORDS

SAME = 0.93  # cosine of two sentences that say the same in nearly the same words
_TOKEN = re.compile(r"\d[\w.,]*|[^\W\d_]+(?:[’'-]\w+)*")
_NEGATION = re.compile(
    r"no|not|never|none|nobody|nothing|neither|nor|without|cannot|denie[sd]|deny|denying|reject\w*|refus\w*|fail\w*|"
    r"lack\w*|few|hardly|false|\w+n[’']t|(?:un|in|im|ir|il|dis|non)\w{4,}",
    re.IGNORECASE,
)
_NUMBER_WORD = re.compile(
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|seventy|"
    r"eighty|ninety)(?:-\w+)?|first|second|third|\w+th|last|dozens?|hundreds?|thousands?|millions?|billions?|half|"
    r"quarters?|about|nearly|almost|over|under|least|most|more|less|fewer|both|all|some|once|twice",
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


def fold(hits: Iterable[Hit], same: Callable[[Hit, Hit], float], limit: int) -> list[Group]:
    """Gather hits, best first, into at most `limit` groups; a hit that no group has room for is left out.

    `same` gives the cosine of two hits' sentences.
    """
    groups: list[list[Hit]] = []
    for hit in hits:
        near = (group for group in groups if same(group[0], hit) >= SAME)  # the cheaper question first
        home = next(
            (group for group in near if signature(group[0].sentence.text) == signature(hit.sentence.text)), None
        )
        if home is not None:
            home.append(hit)
        elif len(groups) < limit:
            groups.append([hit])
    return [Group(group[0], tuple(group[1:])) for group in groups]


def signature(sentence: str) -> tuple[str, ...]:
    """Return what two sentences must share to be folded, in order: numbers, names, negations, words of measure."""
    return tuple(token.strip(".,").lower() for token in _TOKEN.findall(sentence) if _tells_apart(token))


def _tells_apart(token: str) -> bool:
    if token[0].isdigit() or _NUMBER_WORD.fullmatch(token) or _NEGATION.fullmatch(token):
        return True
    return token[0].isupper() and token.lower() not in STOP_WORDS
