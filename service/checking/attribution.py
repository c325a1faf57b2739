"""Who says what a sentence holds, and what the speaker does in saying it: reports, confirms, alleges, denies.

Rules over one sentence, no parser: the earliest verb of speech outside quotation marks, the noun phrase that is its
subject, and the words that are its content. Bounded patterns only, so that no sentence is slow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from service.checking import cues
from service.checking.cues import Cue
from service.checking.subjects import subject_before, subject_behind, tidy
from service.domain import Act, Attribution, Span
from service.language.places import by_form

UNNAMED = "unnamed sources"
_FEW = 6  # words
_LONGEST = 2_000  # characters looked at: no sentence of an article is longer
_QUOTED = re.compile(r"[“\"]([^“”\"]*)[”\"]")
_NEGATED = re.compile(
    r"\b(?:not|never|cannot|neither|nor|n['\u2019]t|nobody|no one|declined to|refused to|without|to|may|"
    r"might|could|will|would)(?:\s+\w+ly)?\s*$",
    re.I,
)
_KEEPS_ON = re.compile(r"\s(?:continu\w+|began|begun|went on) to\s*$")
_PARTICIPLE = re.compile(r"\b(?:is|are|was|were|been|being|be)(?:\s+(?:\w+ly|long|once|also|still))?\s*$")
_TIME = (
    r"(?:(?:(?:on|in|late|early|last|this|at|from|by|during|after|before)\s+)"
    r"(?:(?:the|a|an)\s+)?[\w.]+(?:\s+(?:morning|evening|night|week|month|year|statement|interview|release|report|post|"
    r"conference|briefing|meeting|\d{1,2}|\d{4}))?|today|yesterday|earlier|later|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)"
)
_AFTERTHOUGHT = re.compile(
    rf"^(?:[\s,]*(?:{_TIME}))*(?:\s*,\s*(?!.*,\s*that\b)(?:citing|quoting|adding|speaking|referring|without|after|as|when|in)\b.*|[\s,.]*)$",
    re.I,
)
_ADDRESSEE = re.compile(
    r"^\s*(?!that\b)(?:the\s+|a\s+|his\s+|her\s+|our\s+|this\s+)?[\w\u2019'-]+(?:\s+[\w\u2019'-]+){0,4}?"
    r"(?=\s+(?:that|he|she|they|it|there|the|an?|his|her|their|no)\b|\s+on\s|\s+in\s|\s*[,.:]|\s*$)"
)
_PRONOUN = re.compile(r"^(?:he|she|they|it|we)$", re.I)
_PERSON = re.compile(r"(?<![.!?] )\b[A-Z][\w\u2019'-]+(?: [A-Z][\w\u2019'-]+){1,3}\b")


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


@lru_cache(maxsize=512)
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

    "Kyiv denied it", "the White House declined to comment", "no group claimed responsibility" and "the ministry gave no
    proof" are such claims: the report of that speech, or of that silence, settles them. Silence is no act but a report:
    who did not confirm a story may well have denied it.
    """
    text = claim[:_LONGEST].strip()
    if told := cues.NO_ANSWER.match(text) or cues.PROOF.match(text):
        return Attribution(tidy(told["speaker"]), Act.REPORTS)
    if nobody := cues.NOBODY.match(text):
        return Attribution(tidy(nobody["speaker"]), _missing_act(nobody[0] + text[nobody.end() :]))
    found = reported(text)
    return found.attribution if found and found.attribution.speaker != UNNAMED else None


def _missing_act(words: str) -> Act:
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
    return _reported(text, tidy(found["speaker"]), content, cue, Cue(Act.REPORTS, cues.QUOTED_AS))


def _before(place: int, masked: str) -> Span:
    return Span(0, _content_end(masked[:place]) or len(masked[:place].rstrip(" ,")))


def _according(text: str, masked: str) -> Reported | None:
    found = cues.ACCORDING.search(masked)
    if found is None:
        return None
    before = masked[: found.start()].strip(" ,")
    speaker = found["speaker"]
    if before:
        speaker = re.split(r",| and (?:is|was|has|were)\b| on (?:\w+day\b|[A-Z][a-z]+ \d)|\.\s|\.$", speaker)[0]
        content = Span(0, len(masked[: found.start()].rstrip(" ,")))
    else:
        speaker, comma, _ = speaker.partition(", ")
        if not comma:
            return None
        start = found.start("speaker") + len(speaker) + 2
        content = Span(start, _end(text))
    speaker = tidy(speaker)
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
        if _PARTICIPLE.search(masked[:start]) or cues.is_noun(masked[:start], masked[start:]):
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
    if speaker := subject_behind(left, right):
        return _reported(text, speaker, Span(0, len(left.rstrip(" ,"))), span, cue)
    # A whole quote in front is what was said; what few words follow the verb say where: "wrote on social media".
    quoted_before = left.lstrip()[:1] in ("“", '"') and len(right.split()) <= _FEW
    after = not quoted_before and not _AFTERTHOUGHT.match(_without_addressee(text[span.start : span.end], right))
    speaker = subject_before(left, after)
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
    content = _unquoted(text, _denied_part(text, content) if cue.denied else content)
    words = text[content.start : content.end]
    act, negated = cue.act, cue.denied
    if negated and cues.DECIDES.search(speaker):
        act, negated = Act.REPORTS, False
    elif negated and cues.OBSERVER.search(speaker):
        act = Act.REPORTS  # "the results refute" it, and they are no party
    elif cue.act in (Act.REPORTS, Act.ALLEGES) and (cues.UNTRUE_CONTENT.match(words) or cues.OWN_DENIAL.match(words)):
        act = Act.DENIES
    elif cue.act is Act.ALLEGES and cues.OBSERVER.search(speaker) and cues.HOLDS.match(text[span.start : span.end]):
        act = Act.REPORTS  # "the results suggest" is how findings are told, not what a party says of another
    elif cue.act is Act.REPORTS:
        act = _weighed(speaker, words)
    return Reported(Attribution(speaker, act), content, span, negated)


def _denied_part(text: str, content: Span) -> Span:
    """Return what of a denial's content is denied: "[the report] false", "[it] and blamed Sudria"."""
    if end := cues.SPEAKS_ON.search(text, content.start, content.end):
        content = Span(content.start, end.start())
    verdict = cues.CALLED_UNTRUE.search(text, content.start, content.end)
    return Span(content.start, verdict.start()) if verdict else content


def _weighed(speaker: str, words: str) -> Act:
    """Return what saying the words amounts to: owning a deed, charging another with one, or reporting."""
    if cues.OWN_DEED.match(words):
        return Act.ADMITS
    if (cues.BELIEF.match(words) and not cues.OBSERVER.search(speaker)) or (
        _is_government(speaker) and cues.GUILT.search(words)
    ):
        return Act.ALLEGES
    return Act.ASKS if words.rstrip('”" ').endswith("?") else Act.REPORTS


def _is_government(speaker: str) -> bool:
    name = re.sub(r"^the\s+", "", speaker, flags=re.I)
    return any(form == name for form, _ in by_form())


def _without_addressee(verb: str, right: str) -> str:
    return _ADDRESSEE.sub("", right, count=1) if verb.startswith(("told", "tell")) else right


def _skip(right: str, verb: str) -> int:
    """Return how many characters between the verb and its content to pass over: addressee, time, "that", a colon."""
    rest = _without_addressee(verb, right)
    aside = r"(?:\s*,\s*(?:without|citing|quoting)\b[^,]{1,60},(?=\s*that\b))?"
    lead = re.match(rf"(?:\s+{_TIME})?{aside}[\s,]*(?::\s*)?(?:that\b)?\s*", rest, re.I)
    return len(right) - len(rest) + (lead.end() if lead else 0)


def _content_end(left: str) -> int:
    cut = max(left.rfind("”"), left.rfind('"'))
    if cut <= 0 or left.lstrip()[:1] not in '“"':  # what stands behind a whole quote is who said it
        cut = max(cut, left.rfind(","))
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
    return Reported(Attribution(tidy(found["speaker"]), act), Span(0, _end(masked)), cue, act is Act.DENIES)


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


def _end(text: str) -> int:
    return len(text.rstrip(" .\n"))
