"""A sentence made to stand alone: the person or company that its first words point back to, named where that is sure.

Sure is: the sentence before begins with one name, it is the only one there that the words can mean, and the words are
"he", "she", "his", "her" or "the company" and its like. "It" and "they" are never named: they may mean anything. A
wrong name would check a claim that nobody made, so in doubt the sentence stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORDS = r"[A-Z][\w’'-]*(?:\s+(?:(?:of|de|van|von|al|bin)\s+)?[A-Z][\w’'-]*)*"
# "Deputy mayor Marta Quill": what somebody is may stand before the name, in small letters from its second word.
_OFFICE = (
    r"[A-Z][a-z]+\s+(?:mayor|minister|executive|director|coach|officer|secretary|president|professor|editor|judge|"
    r"chief|manager|leader|chairman|chairwoman|inspector|engineer|driver)\s+"
)
_SUBJECT = re.compile(rf"^(?:The\s+)?((?:{_OFFICE})?{_WORDS})")
_NAME = re.compile(rf"\b{_WORDS}")
_PERSONAL = re.compile(r"^(?:He|She)\b(?!['’])")
_OWNED = re.compile(r"^(?:His|Her)\s+(?=[a-z])")
_COMPANY = re.compile(r"^The (?:company|firm|bank|airline|group|manufacturer|operator)\b(?!\s+of\b)")
_IS_COMPANY = re.compile(
    r"\b(?:Inc|Ltd|Corp|Group|Bank|Company|Corporation|Airlines?|Airways|Energy|Motors|Steel|Rail|Foods|Freight|Labs|"
    r"Logistics|Holdings?|Industries|Systems)\b"
)
_TITLE = re.compile(r"^(?:Mr|Mrs|Ms|Dr|President|Minister|Judge|Mayor|Professor|Governor|Senator|General|Pope|King)\b")
# What else may be written like a person: places, streets, papers, bodies.
_NO_PERSON = re.compile(
    r"\b(?:Street|Road|Avenue|Square|Bridge|River|Lake|Bay|Port|Mount|North|South|East|West|New|San|Saint|St|City|County|"
    r"Times|Post|News|Herald|Gazette|Radio|Ledger|Courier|Party|Union|Ministry|University|Institute|Agency|Committee|"
    r"Council|Court|Department|Club|Front|Army|Police|Office|Association|Foundation|State|States|Nations|Church|School)\b"
)
_TO_A_PLACE = re.compile(
    r"\b(?:in|near|at|from|on|since|until|of|(?:moved|came|returned|traveled|went|flew|drove) to)\s+(?:the\s+)?$"
)
# A person does one of these, or is described after a comma; a place or a thing does not.
_ACTS = re.compile(
    r"^(?:,|\s+(?:said|says|told|leads?|led|heads?|headed|runs?|ran|spoke|speaks|wrote|writes|met|joined|left|won|lost|"
    r"resigned|denied|denies|admitted|announced|argued|works?|worked|owns?|owned|married|studied|played|plays|scored|"
    r"bought|sold|founded|chairs?|chaired|directs?|directed|coache[sd]|teaches|taught|drives?|drove|lives?|lived|"
    r"moved|retired|visited|opened|adjourned|voted|promised|apologized|asked|asks|wants?|wanted|hopes?|hoped|"
    r"employs?|employed|earns?|earned|paints?|painted|designed|discovered|found|invented|translated|trained|scored|"
    r"swore|testified|complained|explained|demands?|demanded|offered|invited|missed|refused|proposed|threatened|"
    r"was (?:born|elected|re-elected|appointed|arrested|sentenced|named|charged|fired|released|hired|promoted|"
    r"convicted|acquitted|questioned|detained|jailed|suspended|rescued|awarded|married|buried)|"
    r"has (?:lived|worked|written|played|coached|led|run|chaired|served|taught|owned|never)|"
    r"(?:is|was) the)\b)"
)


def stand_alone(sentence: str, before: Sequence[str]) -> str:
    """Return the sentence with what its beginning points back to named, or as it is where that is not sure."""
    previous = before[-1] if before else ""
    if match := _PERSONAL.match(sentence):
        return _named(sentence, match.end(), _person(previous), "")
    if match := _OWNED.match(sentence):
        return _named(sentence, match.end(), _person(previous), "’s ")
    if match := _COMPANY.match(sentence):
        return _named(sentence, match.end(), _company(previous), "")
    return sentence


def _named(sentence: str, end: int, name: str | None, after: str) -> str:
    return f"{name}{after}{sentence[end:]}" if name else sentence


def _person(text: str) -> str | None:
    """Return the person that a sentence begins with and does something, where it names nobody else."""
    subject = _SUBJECT.match(text)
    if subject is None or not _is_person(subject[1]) or not _ACTS.match(text[subject.end() :]):
        return None
    others = [m[0] for m in _NAME.finditer(text, subject.end()) if not _is_place(text, m.start())]
    return None if others else subject[1]


def _is_person(name: str) -> bool:
    bare = re.sub(rf"^{_OFFICE}", "", name)
    return (len(bare.split()) in (2, 3) or bool(_TITLE.match(name))) and not (
        _NO_PERSON.search(name) or _IS_COMPANY.search(name)
    )


def _is_place(text: str, at: int) -> bool:
    """Say whether a name stands where places and days do."""
    return bool(_TO_A_PLACE.search(text[:at]))


def _company(text: str) -> str | None:
    """Return the company that a sentence begins with, where it names no other."""
    subject = _SUBJECT.match(text)
    if subject is None or not _IS_COMPANY.search(subject[1]):
        return None
    others = [m[0] for m in _NAME.finditer(text, subject.end()) if not _is_place(text, m.start())]
    return None if others else subject[1]
