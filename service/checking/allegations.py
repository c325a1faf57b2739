"""What a party alleges or denies, in words that the network can hold against a claim.

To a network "the union alleged that the firm had cut safety checks" says nothing of whether it had. Whether it is an
allegation is for the attribution to say, and for the verdict to count; so the network reads what is alleged.
"""

from __future__ import annotations

import re

from service.checking.attribution import Reported
from service.domain import Act
from service.language.terms import terms
from service.language.tokens import tokenize

_ACCUSED = re.compile(r"^(?P<who>.{2,80}?) of (?P<deed>having|\w+ing)(?= )")
_LEAST = 4  # words: less is no statement
_TALK = re.compile(
    r"^(?:(?:an?|the|any|all) )?(?:\w+ )?"
    r"(?:rumou?rs?|claims?|accusations?|allegations?|reports?|charges?|suggestions?|assertions?|talk) that ",
    re.I,
)
_PRONOUN = re.compile(r"^(?:it|he|she|they)\b", re.I)
_GERUND = re.compile(r"^(?P<deed>having|(?!any|noth|some|every)\w{2,}ing)\b", re.I)
_ANY = re.compile(r"\bany(?=(?:one|thing|body)?\b)", re.I)


def alleged(sentence: str, found: Reported, asked: frozenset[str]) -> str | None:
    """Return what a sentence says that somebody alleges; None where it tells of no allegation.

    `asked` has the names of the claim: one that is about who says it, or about what else stands there, is compared with
    the whole sentence.
    """
    around = f"{sentence[: found.content.start]} {sentence[found.content.end :]}"
    if found.attribution.act is not Act.ALLEGES or named_in(around) & asked:
        return None
    return statement(sentence, found)


def statement(sentence: str, found: Reported) -> str | None:
    """Return what somebody says in a sentence as a sentence of its own; None where it is too short to be one."""
    told = sentence[found.content.start : found.content.end].strip()
    if len(told.split()) < _LEAST:
        return None
    if found.negated:
        return denied(told, found.attribution.speaker)
    if accused := _ACCUSED.match(told) if found.attribution.act is Act.ALLEGES else None:
        told = _did(accused["who"], accused["deed"], told[accused.end() :])
    return _as_sentence(told)


def denied(content: str, speaker: str) -> str:
    """Return what `speaker` denies as the statement that it would be: "having paid anything", "that it had paid"."""
    told = _TALK.sub("", content.strip())
    if not _PRONOUN.match(speaker):
        told = _PRONOUN.sub(lambda _: speaker, told)  # as it stands: a backslash in a name means nothing
        if gerund := _GERUND.match(told):
            told = _did(speaker, gerund["deed"], told[gerund.end() :])
    return _as_sentence(_ANY.sub("some", told))


def _did(who: str, gerund: str, rest: str) -> str:
    return f"{who} {'had' if gerund.lower() == 'having' else f'is {gerund}'}{rest}"


def _as_sentence(told: str) -> str:
    told = told[:1].upper() + told[1:]
    return told if told.endswith((".", "!", "?")) else f"{told}."


def named_in(text: str) -> frozenset[str]:
    """Return the terms of all names in a text, and of whatever else is written with a capital."""
    known = (term for term in terms(text) if term.startswith("name_"))
    capitalized = (term for token in tokenize(text) if token.is_capitalized for term in terms(token.text))
    return frozenset((*known, *capitalized))
