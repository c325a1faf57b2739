"""Who is charged with what in a sentence: "X blamed Y for the blast", "Y was accused of it", "Y was behind it"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from service.checking.cues import BY_WHOM, GUILT
from service.checking.wording import content_stems, event_kinds
from service.language.terms import terms
from service.language.tokens import tokenize

_WIDE = 300  # characters
# "Members of the Column" are accused, not "members" of "the Column".
_WHO = (
    r"(?P<who>(?:(?:\w+ ){0,2}"
    r"(?:members?|leaders?|fighters|supporters|agents|commanders?|militants|parts?|some|one) of )?[^.;]{2,80}?)"
)
_DEED = rf"(?P<deed>[^.;]{{2,{_WIDE}}})"
_ACTIVE = (
    re.compile(rf"\b(?:accus(?:e[sd]?|ing)|suspect(?:s|ed)?) {_WHO} of {_DEED}", re.I),
    re.compile(rf"\bblam(?:e[sd]?|ing) {_WHO} (?:for|over) {_DEED}", re.I),
    re.compile(
        rf"\bblam(?:e[sd]?|ing) (?P<deed>(?:(?! for | over )[^.;]){{2,{_WIDE}}}) on "
        r"(?!\w+day\b)(?P<who>[^.;,]{2,80})",
        re.I,
    ),
    re.compile(rf"\b(?:link(?:s|ed|ing)|tied) {_WHO} (?:to|with) {_DEED}", re.I),
    re.compile(rf"\bimplicat(?:e[sd]?|ing) {_WHO} in {_DEED}", re.I),
    re.compile(
        r"\bpoint(?:s|ed|ing)? (?:the |a )?finger at (?P<who>[^.;,]{2,80}?)(?:(?: for| over|[.;,])(?P<deed>.*)|$)", re.I
    ),
)
_PASSIVE = re.compile(
    r"\b(?:is|are|was|were|been|being|be)(?: \w+ly)? (?:blamed|accused|suspected|linked|tied|implicated)"
    rf"(?: by [^.;,]{{2,60}}?)? (?:for|over|of|to|with|in) {_DEED}",
    re.I,
)
# Where the subject of a clause begins.
_OPENS = re.compile(
    r"\b(?:that|sa(?:id|ys|ying)|told|claim\w*|alleg\w*|insist\w*|believ\w*|think\w*|and|but|while)\b|[,;:“”\"]"
)
# To be accused of failing to stop an attack, of lying about it or of exploiting it is to be accused of another deed.
_GERUND = re.compile(r"\W*(?:(?P<having>having|being) )?(?P<word>\w+)")
_DOES = re.compile(
    r"(?:carr(?:y|ied)|stag|launch|plan|order|orchestrat|perpetrat|commit|mastermind|organi[sz]|plot|execut|conduct|mount|"
    r"behind|responsible|involved|part|complicit|ha(?:d|ving)|play|help|tak|t(?:ook|aken))",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Accusation:
    """Whom a text charges, in its words, and with what; `deed` may be empty where the title says it."""

    accused: str
    deed: str

    def kinds(self, title: str) -> frozenset[str]:
        """Return the kinds of event that it charges somebody with doing, by its words or else by its title's."""
        if not self._is_doing:
            return frozenset()
        return kinds_of(self.deed) | kinds_of(title)

    @property
    def _is_doing(self) -> bool:
        opening = _GERUND.match(self.deed)
        if opening is None or not (opening["having"] or opening["word"].endswith("ing")):
            return True
        return bool(_DOES.match(opening["word"]) or kinds_of(opening["word"]))


def accusations(text: str) -> Iterator[Accusation]:
    """Yield the charges of a text."""
    for pattern in _ACTIVE:
        for found in pattern.finditer(text):
            yield Accusation(found["who"], found["deed"] or "")
    for found in _PASSIVE.finditer(text):
        yield Accusation(_subject(text[: found.start()]), found["deed"])
    for found in GUILT.finditer(text):
        yield Accusation(_subject(text[: found.start()]), text[found.end() :])
    if passive := BY_WHOM.match(text.strip(" .")):
        yield Accusation(passive["who"], passive["deed"])


def _subject(left: str) -> str:
    """Return the last clause's words before a verb that name somebody: "Norland said that Sudria, a neighbor,"."""
    parts = _OPENS.split(left)
    return next((part for part in reversed(parts) if names_of(part)), left)


def names_of(text: str) -> frozenset[str]:
    """Return the names of a text as terms: those with other forms, or else its capitalized words'."""
    known = frozenset(term for term in terms(text) if term.startswith("name_"))
    if known:
        return known
    return frozenset(term for token in tokenize(text) if token.is_capitalized for term in terms(token.text))


def kinds_of(text: str) -> frozenset[str]:
    """Return the kinds of event that a text speaks of."""
    return event_kinds(content_stems(text))
