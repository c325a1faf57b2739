"""Who says what a sentence holds, and what the speaker does in saying it: reports, confirms, alleges, denies.

Rules over one sentence, no parser: the earliest verb of speech outside quotation marks, the noun phrase that is its
subject, and the words that are its content. Bounded patterns only, so that no sentence is slow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from service.checking import cues
from service.checking.cues import Cue
from service.domain import Act, Attribution, Span
from service.language.places import by_form

UNNAMED = "unnamed sources"
_LONGEST = 2_000  # characters looked at: no sentence of an article is longer
_QUOTED = re.compile(r"[“\"]([^“”\"]*)[”\"]")
_AUXILIARIES = (
    r"(?:\s+(?:has|have|had|is|was|were|are|be|been|also|then|later|now|again|first|always|never|still|since|once|long|"
    r"not|did|does|do|would|could|may|might|will|previously|\w+ly))+\s*$"
)
_AUXILIARY = re.compile(_AUXILIARIES)
_NEGATED = re.compile(
    r"\b(?:not|never|n['\u2019]t|nobody|no one|declined to|refused to|without|to|may|might|could|will|would)"
    r"(?:\s+\w+ly)?\s*$",
    re.I,
)
_KEEPS_ON = re.compile(r"\s(?:continu\w+|began|begun|went on) to\s*$")
_PARTICIPLE = re.compile(r"\b(?:is|are|was|were|been|being|be)(?:\s+\w+ly)?\s*$")
_NOUN = re.compile(
    r"(?:claims?|reports?|demands?|notes|suspects?|calls|estimates|suggested|accused|blamed|alleged|asked|denied|rejected|"
    r"dismissed|confirmed|claimed)\s+(?:of|by|from|about|are|is|were|was|have|has|had)\b"
    r"|(?:claims|reports|demands)\s*,"
)
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
_TIME = (
    r"(?:(?:(?:on|in|late|early|last|this|at|from|by|during|after|before)\s+)"
    r"(?:(?:the|a|an)\s+)?[\w.]+(?:\s+(?:morning|evening|night|week|month|year|statement|interview|release|report|post|"
    r"conference|briefing|meeting|\d{1,2}|\d{4}))?|today|yesterday|earlier|later)"
)
_AFTERTHOUGHT = re.compile(rf"^(?:[\s,]*(?:{_TIME}))*[\s,.]*$", re.I)
_ADDRESSEE = re.compile(
    r"^\s*(?!that\b)(?:the\s+|a\s+|his\s+|her\s+|our\s+|this\s+)?[\w\u2019'-]+(?:\s+[\w\u2019'-]+){0,4}?"
    r"(?=\s+that\b|\s+on\s|\s+in\s|\s*[,.:]|\s*$)"
)
_INVERTED_SUBJECT = re.compile(
    r"^\s+(?P<subject>[^,.;:“”\"]{2,80}?)(?=,|\.?\s*$|;|:|\s+(?:who|on|in|at|as|after|when)\s|\.\s)"
)
_NAME = re.compile(r"^(?:Dr\.? |Mr\.? |Ms\.? |Mrs\.? )?[A-Z][\w\u2019'-]+(?: [A-Z][\w\u2019'.-]+){1,3}$")
_OBJECT = re.compile(r"^(?:that|it|he|she|they|there|to|of|for|on|in|at|by|him|her|them|reporters)\b")
_PRONOUN = re.compile(r"^(?:he|she|they|it|we)$", re.I)
_PERSON = re.compile(r"(?<![.!?] )\b[A-Z][\w\u2019'-]+ [A-Z][\w\u2019'-]+\b")


@dataclass(frozen=True, slots=True)
class Reported:
    """Reported speech in a sentence: who does what with the words at `content`, as the words at `cue` show.

    `negated` says that the speaker holds the content not to be so ("denied that it fired"); it is False where the
    content itself carries the denial ("I never fired", "there is no truth to the rumor").
    """

    attribution: Attribution
    content: Span
    cue: Span
    negated: bool = False


def attribute(sentence: str, context_before: str = "") -> Attribution | None:
    """Return who says what the sentence holds, or None when it is told in the article's own voice.

    `context_before`, the sentences before, names the speaker where the sentence has only a pronoun.
    """
    found = reported(sentence)
    if found is None:
        return None
    speaker, act = found.attribution.speaker, found.attribution.act
    if _PRONOUN.match(speaker) and context_before:
        speaker = _antecedent(context_before) or speaker
    return Attribution(speaker, act)


def reported(sentence: str) -> Reported | None:
    """Return the reported speech of a sentence with the spans of its content and of its cue, or None."""
    text = sentence[:_LONGEST]
    masked = _QUOTED.sub(lambda found: found[0][0] + "\u00b7" * len(found[1]) + found[0][-1], text)
    return (
        _quoted_as(text, masked)
        or _according(text, masked)
        or _by_verb(text, masked)
        or _passive(masked)
        or _unnamed(masked)
    )


def is_speech_claim(claim: str) -> Attribution | None:
    """Return the speaker and the act when a claim is itself about speech, silence included, else None.

    "Kyiv denied it", "the White House declined to comment" and "no group claimed responsibility" are such claims: the
    report of that speech, or of that silence, settles them. The act is the one the claim is about, even a missing one.
    """
    text = claim[:_LONGEST].strip()
    if silent := cues.NO_ANSWER.match(text):
        return Attribution(_tidy(silent["speaker"]), _silent_act(silent[0]))
    if nobody := cues.NOBODY.match(text):
        return Attribution(_tidy(nobody["speaker"]), _silent_act(nobody[0] + text[nobody.end() :]))
    found = reported(text)
    return found.attribution if found and found.attribution.speaker != UNNAMED else None


def _silent_act(words: str) -> Act:
    for pattern, act in ((r"\bden", Act.DENIES), (r"responsib|admit", Act.ADMITS), (r"confirm", Act.CONFIRMS)):
        if re.search(pattern, words):
            return act
    return Act.REPORTS


def _quoted_as(text: str, masked: str) -> Reported | None:
    found = cues.QUOTED_AS.search(masked)
    if found is None:
        return None
    after = len(masked[found.end() :].split()) > 2
    content = (
        Span(found.end() + _skip(masked[found.end() :], "said"), _end(text))
        if after
        else _before(found.start(), masked)
    )
    cue = Span(found.end("speaker") + 1, found.end())
    return _reported(text, _tidy(found["speaker"]), content, cue, Cue(Act.REPORTS, cues.QUOTED_AS))


def _before(place: int, masked: str) -> Span:
    return Span(0, _content_end(masked[:place]) or len(masked[:place].rstrip(" ,")))


def _according(text: str, masked: str) -> Reported | None:
    found = cues.ACCORDING.search(masked)
    if found is None:
        return None
    before = masked[: found.start()].strip(" ,")
    speaker = found["speaker"]
    if before:
        speaker = re.split(r",| and (?:is|was|has|were)\b|\.\s|\.$", speaker)[0]
        content = Span(0, len(masked[: found.start()].rstrip(" ,")))
    else:
        speaker, comma, _ = speaker.partition(", ")
        if not comma:
            return None
        start = found.start("speaker") + len(speaker) + 2
        content = Span(start, _end(text))
    speaker = _tidy(speaker)
    if not speaker or re.match(r"^(?:plan|schedule|custom|tradition|the (?:law|rules))\b", speaker):
        return None
    return Reported(Attribution(speaker, Act.REPORTS), content, Span(found.start(), found.start("speaker") - 1))


def _by_verb(text: str, masked: str) -> Reported | None:
    hits = sorted(
        (match.start(), order, match, cue)
        for order, cue in enumerate(cues.VERBS)
        for match in cue.pattern.finditer(masked)
    )
    for start, _, match, cue in hits:
        if _PARTICIPLE.search(masked[:start]) or _NOUN.match(masked[start:]):
            continue
        if found := _read(text, masked, Span(start, match.end()), cue):
            return found
    return None


def _read(text: str, masked: str, span: Span, cue: Cue) -> Reported | None:
    """Return the speech that a verb shows if a subject can be found for it."""
    left, right = masked[: span.start], masked[span.end :]
    left = _KEEPS_ON.sub(" ", left)
    if _NEGATED.search(left):
        return None
    if speaker := _turned(left, right):
        return _reported(text, speaker, Span(0, len(left.rstrip(" ,"))), span, cue)
    after = not _AFTERTHOUGHT.match(_without_addressee(text[span.start : span.end], right))
    speaker = _subject(left, after)
    if speaker is None:
        return None
    if after:
        content = Span(span.end + _skip(masked[span.end :], text[span.start : span.end]), _end(text))
    else:
        content = Span(0, _content_end(left))
        if content.end == 0:
            return None
    return _reported(text, speaker, content, span, cue)


def _reported(text: str, speaker: str, content: Span, span: Span, cue: Cue) -> Reported:
    if aside := cues.ASIDE.search(text, content.start, content.end):
        content = Span(content.start, aside.start())
    content = _unquoted(text, content)
    words = text[content.start : content.end]
    act, negated = cue.act, cue.denied
    if cue.act in (Act.REPORTS, Act.ALLEGES) and (
        cues.UNTRUE_CONTENT.match(words) or cues.FIRST_PERSON_DENIAL.match(words)
    ):
        act = Act.DENIES
    elif cue.act is Act.REPORTS:
        act = _weighed(speaker, words)
    return Reported(Attribution(speaker, act), content, span, negated)


def _weighed(speaker: str, words: str) -> Act:
    """Return what saying the words amounts to: owning a deed, charging another with one, or reporting."""
    if cues.OWN_DEED.match(words):
        return Act.ADMITS
    if cues.BELIEF.match(words) or (_is_government(speaker) and cues.GUILT.search(words)):
        return Act.ALLEGES
    return Act.ASKS if words.rstrip('”" ').endswith("?") else Act.REPORTS


def _is_government(speaker: str) -> bool:
    name = re.sub(r"^the\s+", "", speaker, flags=re.I)
    return any(form == name for form, _ in by_form())


def _subject(left: str, after: bool) -> str | None:
    """Return the noun phrase before a verb, or None when there is none that could speak."""
    clause = _last_clause(_AUXILIARY.sub(" ", left.rstrip() + " ").rstrip())
    closed = clause.rstrip().endswith(",")
    parts = [part.strip() for part in clause.split(",") if part.strip()]
    while len(parts) > 1 and after and _ADVERBIAL.match(parts[0]):
        parts.pop(0)
    if not parts:
        return None
    if not after:
        subject = parts[-1]
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
    ):
        return None
    return _tidy(subject) or None


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


def _turned(left: str, right: str) -> str | None:
    """Return the subject that follows its verb (", said Ingrid Solberg"), or None if an object follows."""
    found = _INVERTED_SUBJECT.match(right)
    if found is None:
        return None
    subject = found["subject"].strip()
    if _OBJECT.match(subject) or _SUBORDINATE.search(subject):
        return None
    # Without a quote, a second comma closes an apposition: "Dr. Singh, who led it, said the vaccine worked".
    plain = left.rstrip().endswith(",") and (left.count(",") == 1 or _NAME.match(subject)) and len(left.split()) > 4
    return _tidy(subject) if _closes_quote(left) or plain else None


def _closes_quote(left: str) -> bool:
    return left.rstrip(" ,").endswith(("”", '"'))


def _without_addressee(verb: str, right: str) -> str:
    return _ADDRESSEE.sub("", right, count=1) if verb.startswith(("told", "tell")) else right


def _skip(right: str, verb: str) -> int:
    """Return how many characters between the verb and its content to pass over: addressee, time, "that", a colon."""
    rest = _without_addressee(verb, right)
    lead = re.match(rf"(?:\s+{_TIME})?[\s,]*(?::\s*)?(?:that\b)?\s*", rest, re.I)
    return len(right) - len(rest) + (lead.end() if lead else 0)


def _content_end(left: str) -> int:
    cut = max(left.rfind(","), left.rfind("”"), left.rfind('"'))
    return len(left[: max(cut, 0) + (0 if cut >= 0 and left[cut] == "," else 1)].rstrip(" ,")) if cut > 0 else 0


def _unquoted(text: str, span: Span) -> Span:
    """Return the inside of the quotation marks when the content is one quote."""
    words = text[span.start : span.end]
    start = span.start + len(words) - len(words.lstrip(' “"'))
    end = span.end - (len(words) - len(words.rstrip(' ”",')))
    whole = words.lstrip()[:1] in '“"' and not re.search(r"[“\"]", text[start:end]) if words.strip() else False
    return Span(start, max(start, end)) if whole else span


def _passive(masked: str) -> Reported | None:
    found = cues.PASSIVE.search(masked)
    if found is None:
        return None
    act = Act(next(name for name in ("alleges", "denies", "confirms", "admits") if found[name]))
    cue = Span(found.start(), found.start("speaker") - 1)
    return Reported(Attribution(_tidy(found["speaker"]), act), Span(0, _end(masked)), cue, act is Act.DENIES)


def _unnamed(masked: str) -> Reported | None:
    for act, pattern in cues.UNNAMED:
        if found := pattern.search(masked):
            return Reported(Attribution(UNNAMED, act), Span(0, _end(masked)), Span(found.start(), found.end()))
    return None


def _antecedent(context: str) -> str | None:
    """Return the last speaker of the sentences before, or the last person they name."""
    for sentence in reversed(re.split(r"(?<=[.!?”\"])\s+", context[-_LONGEST:])):
        found = reported(sentence)
        if found and not _PRONOUN.match(found.attribution.speaker) and found.attribution.speaker != UNNAMED:
            return found.attribution.speaker
        people: list[str] = _PERSON.findall(sentence)
        if people:
            return people[-1]
    return None


def _tidy(speaker: str) -> str:
    speaker = speaker.strip(" ,:;\u2014-")
    if not re.search(r"\b[A-Z]\.$", speaker):  # "Kyiv and the U.S." ends in an abbreviation
        speaker = speaker.rstrip(" .")
    return speaker[:1].lower() + speaker[1:] if speaker.startswith("The ") else speaker


def _end(text: str) -> int:
    return len(text.rstrip(" .\n"))
