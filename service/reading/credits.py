"""Finds the words with which an article credits another outlet for what it tells: datelines, source lines, phrases."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from service.domain import Span

_AGENCIES = {
    "Reuters": "Reuters|Thomson Reuters",
    "AP": "AP|Associated Press",
    "AFP": "AFP|Agence France-Presse|Agence France Presse",
    "dpa": "dpa|DPA|Deutsche Presse-Agentur",
    "UPI": "UPI|United Press International",
    "Bloomberg": "Bloomberg|Bloomberg News",
    "Xinhua": "Xinhua|Xinhua News Agency",
    "TASS": "TASS|Tass|ITAR-TASS",
    "RIA Novosti": "RIA|RIA Novosti",
    "Interfax": "Interfax|Interfax-Ukraine",
    "Ukrinform": "Ukrinform",
    "ANSA": "ANSA|Ansa",
    "EFE": "EFE|Agencia EFE",
    "Lusa": "Lusa",
    "Kyodo": "Kyodo|Kyodo News",
    "Jiji": "Jiji|Jiji Press",
    "Yonhap": "Yonhap|Yonhap News Agency",
    "PTI": "PTI|Press Trust of India",
    "ANI": "ANI|Asian News International",
    "IANS": "IANS",
    "Anadolu": "Anadolu|Anadolu Agency",
    "IRNA": "IRNA",
    "SANA": "SANA",
    "WAFA": "WAFA",
    "KCNA": "KCNA",
    "APA": "APA|Austria Presse Agentur",
    "PAP": "PAP|Polish Press Agency",
    "TT": "TT News Agency",
    "NTB": "NTB",
    "Ritzau": "Ritzau",
    "Belga": "Belga",
    "PA Media": "PA Media|Press Association",
    "AAP": "AAP|Australian Associated Press",
    "Canadian Press": "Canadian Press",
    "BBC": "BBC|BBC News|BBC Radio|BBC World Service",
    "CNN": "CNN",
    "NPR": "NPR",
    "NHK": "NHK",
    "CBS": "CBS|CBS News",
    "NBC": "NBC|NBC News",
    "ABC": "ABC|ABC News",
    "Al Jazeera": "Al Jazeera",
    "Axios": "Axios",
    "Politico": "Politico|POLITICO",
    "Le Monde": "Le Monde",
    "Der Spiegel": "Der Spiegel|Spiegel",
    "El País": "El País|El Pais",
    "Guardian": "Guardian",
    "Economist": "Economist",
}
_CANONICAL = {form: name for name, forms in _AGENCIES.items() for form in forms.split("|")}
_OUTLETS = """
Times Post News Journal Tribune TV Television Radio Press Herald Gazette Chronicle Telegraph Guardian Mail Courier
Observer Mirror Globe Independent Dispatch Examiner Bulletin Magazine Digest Broadcasting Sentinel Echo Inquirer Ledger
Newspaper Daily Weekly
"""
_OUTLET_WORDS = frozenset(_OUTLETS.split())

_WORD = r"(?:[A-Z][\w&\u2019'-]*(?:\.[A-Z]\b\.?)*|dpa\b)"
_NAME = rf"(?:[Tt]he\s+)?(?P<name>{_WORD}(?:\s+(?:of\s+)?{_WORD}){{0,4}})"
_ADVERB = r"(?:(?:also|earlier|later|first|then|has|had|have|separately)\s+){0,2}"
_AFTER = re.compile(
    r"\b(?:[Aa]ccording to(?: an?| the)?|[Aa]s (?:reported|quoted|cited) (?:by|in)|(?:told|tells|telling)|[Cc]iting|"
    r"[Qq]uoting|(?:quoted|cited|reported|asked|approached|contacted|seen|obtained|reviewed|published|broadcast) by|"
    r"comment (?:by|from)|interview with|(?:speaking|spoke|spoken) (?:to|with)|statement to|remarks to|"
    rf"report (?:by|from|in))\s+{_NAME}"
)
_BEFORE = re.compile(
    rf"\b{_NAME},?\s+{_ADVERB}"
    r"(?:reported|reports|said|says|wrote|writes|notes|noted|quoted|quotes|revealed|learned|published|cited|adds|added|"
    r"report\b|reporting\b|source\b|sources\b|interview\b)"
)
_DATELINE = re.compile(rf"^[^\n()]{{0,60}}\((?P<name>{_WORD}(?:\s+{_WORD}){{0,3}})\)\s*(?:[-\u2013\u2014:]|$)", re.M)
_CLOSING = re.compile(rf"\((?P<name>{_WORD}(?:\s+{_WORD}){{0,3}})\)\s*$", re.M)
_SOURCE_LINE = re.compile(
    r"(?:^|[(\[])\s*(?:[Ss]ources?\s*:|[Ww]ith (?:inputs?|files|material|reporting|additional reporting) (?:from|by)|"
    rf"[Tt]his (?:story|article|report) (?:was )?(?:first )?(?:appeared|published) (?:in|by|on))\s*{_NAME}",
    re.M,
)
_BYLINE = re.compile(rf"^(?:[Bb]y\s+)?(?P<name>{_WORD}(?:\s+{_WORD}){{0,3}})$", re.M)
_PICTURE = re.compile(r"\b(?:photo|photograph|image|picture|video|graphic|illustration|handout)s?\b", re.I)
_OWN = re.compile(
    r"\b(?:told|telling|tells|showed|seen by|speaking to|spoke to) "
    r"(?:this (?:newspaper|paper|magazine|website|reporter|outlet|station|program)|"
    r"our (?:reporter|correspondent|newspaper|team|newsroom))\b|"
    r"\bour (?:own )?(?:reporters?|correspondents?|readers|newsroom|column)\b|\bin these pages\b",
    re.I,
)


class Reach(StrEnum):
    """How much of an article a credit speaks for."""

    WHOLE = "whole"  # a dateline, a byline or a closing "(AP)": the article is the agency's
    SHARED = "shared"  # a source line: the article leans on it, and may add to it
    PASSAGE = "passage"  # a phrase in a sentence


@dataclass(frozen=True, slots=True)
class Credit:
    """One credit: the outlet's usual name, how far the credit reaches, and where it stands."""

    name: str
    reach: Reach
    span: Span


def find_credits(text: str, outlets: Collection[str] = ()) -> tuple[Credit, ...]:
    """Return the text credits in a text, in order; `outlets` are `outlet_key`s of more names that count as outlets.

    Credits of pictures are not credits of the text, and people, ministries and police are speakers, not outlets.
    """
    found: dict[int, Credit] = {}
    for pattern, reach in (
        (_DATELINE, Reach.WHOLE),
        (_CLOSING, Reach.WHOLE),
        (_BYLINE, Reach.WHOLE),
        (_SOURCE_LINE, Reach.SHARED),
        (_AFTER, Reach.PASSAGE),
        (_BEFORE, Reach.PASSAGE),
    ):
        for credit in _matches(pattern, reach, text, outlets):
            found.setdefault(credit.span.start, credit)
    return tuple(found[start] for start in sorted(found))


def outlet_name(words: str, outlets: Collection[str] = ()) -> str | None:
    """Return the usual name of the outlet that the words end in, or None when they name no outlet."""
    parts = re.sub(r"['\u2019]s$", "", words).strip(" .").split()
    for skip in range(len(parts)):
        # "On Monday Reuters reported": only the tail of the capitalized run is the name.
        tail = " ".join(parts[skip:])
        if tail in _CANONICAL:
            return _CANONICAL[tail]
        if outlet_key(tail) in outlets:
            return _without_article(tail)
    for end in range(1, len(parts)):
        # "a Reuters report" and "BBC Persian": the head may be the agency.
        if (head := " ".join(parts[:end])) in _CANONICAL:
            return _CANONICAL[head]
    if len(parts) > 1 and (parts[-1] in _OUTLET_WORDS or (parts[0] in _OUTLET_WORDS and "of" in parts)):
        return _without_article(" ".join(parts))
    return None


def outlet_key(name: str) -> str:
    """Return the form under which two spellings of an outlet's name are the same."""
    known = _CANONICAL.get(_without_article(name), name)
    return re.sub(r"\.(?:com|org|net|news)$", "", _without_article(known).casefold())


def is_agency(name: str) -> bool:
    """Say whether a publisher is itself a known agency or broadcaster."""
    return _without_article(name) in _CANONICAL


def marks_own_reporting(text: str) -> bool:
    """Say whether a sentence states that the outlet gathered it itself ("told this newspaper")."""
    return _OWN.search(text) is not None


def _matches(pattern: re.Pattern[str], reach: Reach, text: str, outlets: Collection[str]) -> Iterator[Credit]:
    for match in pattern.finditer(text):
        name = outlet_name(match["name"], outlets)
        if name is None or (reach is not Reach.PASSAGE and _in_picture_line(text, match.start())):
            continue
        if pattern in (_CLOSING, _BYLINE) and not is_agency(match["name"]):
            continue  # "(Daily Mail)" at a line's end may be anything; only an agency's mark is sure
        yield Credit(name, reach, Span(match.start("name"), match.end("name")))


def _in_picture_line(text: str, position: int) -> bool:
    start = text.rfind("\n", 0, position) + 1
    end = text.find("\n", position)
    return _PICTURE.search(text, start, len(text) if end < 0 else end) is not None


def _without_article(name: str) -> str:
    return re.sub(r"^[Tt]he\s+", "", name.strip())
