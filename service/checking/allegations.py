"""What a party alleges, in words that the network can hold against a claim.

To a network "the union alleged that the firm had cut safety checks" says nothing of whether it had. Whether it is an
allegation is for the attribution to say, and for the verdict to count; so the network reads what is alleged.
"""

from __future__ import annotations

import re

from service.checking.attribution import Reported
from service.domain import Act
from service.language.terms import terms
from service.language.tokens import tokenize

_ACCUSED = re.compile(r"^(?P<who>.{2,80}?) of (?P<deed>having |\w+ing )")
_LEAST = 4  # words: less is no statement


def alleged(sentence: str, found: Reported, asked: frozenset[str]) -> str | None:
    """Return what a sentence says that somebody alleges; None where it tells of no allegation.

    `asked` has the names of the claim: one that is about who says it, or about what else stands there, is compared with
    the whole sentence.
    """
    told = sentence[found.content.start : found.content.end].strip()
    around = f"{sentence[: found.content.start]} {sentence[found.content.end :]}"
    if found.attribution.act is not Act.ALLEGES or len(told.split()) < _LEAST or named_in(around) & asked:
        return None
    if accused := _ACCUSED.match(told):
        deed = "had " if accused["deed"] == "having " else f"is {accused['deed']}"
        told = f"{accused['who']} {deed}{told[accused.end() :]}"
    told = told[:1].upper() + told[1:]
    return told if told.endswith((".", "!", "?")) else f"{told}."


def named_in(text: str) -> frozenset[str]:
    """Return the terms of all names in a text, and of whatever else is written with a capital."""
    known = (term for term in terms(text) if term.startswith("name_"))
    capitalized = (term for token in tokenize(text) if token.is_capitalized for term in terms(token.text))
    return frozenset((*known, *capitalized))
