"""The noun phrase that speaks: the subject before or behind a verb of speech, without what leads up to it."""

from __future__ import annotations

import re

_AUXILIARIES = (
    r"(?:\s+(?:has|have|had|is|was|were|are|be|been|also|then|later|now|again|first|always|never|still|since|once|long|"
    r"not|did|does|do|would|could|may|might|will|previously|\w+ly))+\s*$"
)
_AUXILIARY = re.compile(_AUXILIARIES)
_PREPOSED = re.compile(
    r"^(?:despite|in|on|at|after|before|during|by|with|without|for|from|following|asked|when|if|under|over|amid)\b",
    re.I,
)
_DETERMINER = re.compile(r"^(?:the|an?|this|that|these|those|its|his|her|their|our|any|some|such|more)$", re.I)
_NO_SUBJECT = re.compile(r"^(?:no|nobody|none|neither|nothing|few)\b", re.I)
_LEADING = re.compile(
    r"^(?:but|and|however|meanwhile|yet|also|now|still|so|then|that|while|although|though|whereas|because|as|"
    r"instead|separately|later|earlier|nevertheless|nonetheless|moreover|furthermore|"
    r"additionally|in an? (?:statement|interview|post|report|letter))\b[\s,]*",
    re.I,
)
_ADVERBIAL = re.compile(
    r"^(?:in|on|at|after|before|during|by|with|without|for|from|following|asked|when|while|if|although|though|despite|"
    r"since|as|speaking|citing|challenging|responding|according|earlier|later|last|this|to|under|over|two|three)\b",
    re.I,
)
_SUBORDINATE = re.compile(
    r"\b(?:who|which|that|after|because|when|where|since|if|whether|until|unless|while|but)\b", re.I
)
_FINITE = re.compile(r"\s(?:is|was|are|were|has|have|had|will|would|\w{3,}ed)\b(?=.*\sand$)")
# A subject that holds a verb of its own is none: "it is hard to ignore [reports]", "interviews of [suspects]".
_IS_CLAUSE = re.compile(
    r"^(?:it|there|he|she|they|we|I)(?:['\u2019]s)?\s|\bto (?-i:[a-z]\w*)(?: off| out| up)?$|"
    r"\b(?:of|by|from|with|about|over|into|or|and)$",
    re.I,
)
_INVERTED_SUBJECT = re.compile(
    r"^\s+(?P<subject>[^,.;:“”\"]{2,80}?)(?=,|\.?\s*$|;|:|\s+(?:who|on|in|at|as|after|when)\s|\.\s)"
)
_NAME = re.compile(r"^(?:Dr\.? |Mr\.? |Ms\.? |Mrs\.? )?[A-Z][\w\u2019'-]+(?: [A-Z][\w\u2019'.-]+){1,3}$")
_WHEN = re.compile(r"\s+(?:(?:late |early )?on )?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day$")
# Within a sentence these are written small; a name is not.
_OPENS_LOW = re.compile(
    r"(?:The|An?|One|Two|Three|Some|Several|Many|Other)\s|(?:Police|Sources|Officials|Investigators|Prosecutors|"
    r"Witnesses|Experts|Critics|Researchers|Scientists|Authorities|Doctors|Medics|Residents|Activists|Analysts|"
    r"Economists|Lawyers|Opponents|Detectives|Rescuers|Firefighters|Organizers|Military|Security|Intelligence|State|"
    r"Government|Local|Senior)\b(?! [A-Z])"
)
_OBJECT = re.compile(r"^(?:that|it|he|she|they|there|to|of|for|on|in|at|by|him|her|them|reporters)\b")


def subject_before(left: str, after: bool) -> str | None:
    """Return the noun phrase before a verb, or None when there is none that could speak."""
    clause = _last_clause(_AUXILIARY.sub(" ", left.rstrip() + " ").rstrip())
    closed = clause.rstrip().endswith(",")
    parts = [part.strip() for part in clause.split(",") if part.strip()]
    while len(parts) > 1 and after and _ADVERBIAL.match(parts[0]):
        parts.pop(0)
    while len(parts) > 1 and not _LEADING.sub("", parts[0] + " "):
        parts.pop(0)
    if not parts:
        return None
    if not after:
        # "Ada Holm, a witness, said": what is closed off behind a name describes it.
        subject = parts[-2] if closed and len(parts) > 1 and _NAME.match(parts[-2]) else parts[-1]
    elif closed and len(parts) > 1:
        subject = parts[1] if _NAME.match(parts[1]) and not _NAME.match(parts[0]) else parts[0]
    else:
        subject = parts[0] if closed else parts[-1]
    return _speaker(subject)


def _speaker(subject: str) -> str | None:
    while (shorter := _LEADING.sub("", subject)) != subject:
        subject = shorter
    if finite := _FINITE.search(subject):
        subject = subject[: finite.start()]
    subject = _AUXILIARY.sub("", " " + subject).strip()
    if (
        not subject
        or len(subject.split()) > 14
        or _DETERMINER.match(subject.split()[-1])
        or _NO_SUBJECT.match(subject)
        or _PREPOSED.match(subject)
        or _SUBORDINATE.search(subject)
        or _IS_CLAUSE.search(subject)
    ):
        return None
    return tidy(subject) or None


def _last_clause(left: str) -> str:
    """Return what follows the last stop, quote or coordinated clause."""
    for mark in ("”", '"', ";", ":", "\u2014", " but ", " while ", " although ", ". "):
        place = left.rfind(mark)
        # "St. Louis" and "Dr. Singh" hold a stop that ends nothing
        if place >= 0 and not (
            mark == ". " and re.search(r"\b(?:Dr|Mr|Mrs|Ms|St|Gen|Sen|Gov|Prof|[A-Z])$", left[:place])
        ):
            left = left[place + len(mark) :]
    return left


def subject_behind(left: str, right: str) -> str | None:
    """Return the subject that follows its verb (", said Ingrid Solberg"), or None if an object follows."""
    found = _INVERTED_SUBJECT.match(right)
    if found is None:
        return None
    subject = found["subject"].strip()
    if _OBJECT.match(subject) or _SUBORDINATE.search(subject):
        return None
    # Without a quote, a second comma closes an apposition: "Dr. Singh, who led it, said the vaccine worked".
    plain = left.rstrip().endswith(",") and (left.count(",") == 1 or _NAME.match(subject)) and len(left.split()) > 4
    return tidy(subject) if _closes_quote(left) or plain else None


def _closes_quote(left: str) -> bool:
    return left.rstrip(" ,").endswith(("”", '"'))


def tidy(speaker: str) -> str:
    """Return a speaker's name as it stands within a sentence."""
    speaker = _WHEN.sub("", speaker.strip(" ,:;\u2014-"))
    if not re.search(r"\b[A-Z]\.$", speaker):  # "Kyiv and the U.S." ends in an abbreviation
        speaker = speaker.rstrip(" .")
    return speaker[:1].lower() + speaker[1:] if _OPENS_LOW.match(speaker) else speaker
