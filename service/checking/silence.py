"""Claims that somebody gave no answer: settled by that one's silence or words, not by another's."""

from __future__ import annotations

import re

from service.checking import cues
from service.checking.speakers import same_speaker
from service.checking.subjects import tidy
from service.checking.wording import content_stems
from service.domain import Attribution, Stance

_SILENT = re.compile(
    r"(?P<who>[^,;“”\"]{2,90}?),? (?:(?:has|have|had|also|both) )*(?:(?:declined|refused|failed) to|"
    r"(?:did|do|does|would|has|have|had) not|didn['’]t|(?:gave|made|had|offered) no|refrained from|remained silent)"
    r"(?: immediately| yet| publicly)?(?: provide| offer| make| issue)?(?: any)? ?"
    r"(?:comment\w*|respon\w+|repl\w+|answer\w*)"
)
_LEADS = re.compile(r"^.*\b(?:that|while|but|whereas|though|although|and then)\b\s+", re.I)
_WIDE = 2_000  # characters looked at


def silent_in(claim: str) -> str | None:
    """Return who gave no comment or answer according to a claim, or None where it is about something else."""
    asked = claim[:_WIDE].strip()
    found = cues.NO_ANSWER.match(asked)
    spoke = re.search(r"\b(?:comment|respon|repl|answer)", claim, re.I)
    if kept := cues.KEPT_SILENT.match(asked):
        return tidy(kept["speaker"])
    return tidy(found["speaker"]) if found and spoke else None


def of_silence(claim: str, silent: str, sentence: str, said: Attribution | None) -> Stance:
    """Return what a sentence says of a claim that `silent` gave no answer.

    It supports it where it tells of the same one's silence. It conflicts where it tells what that one said of the
    matter: it shares a word of the claim that is not the speaker's name. Another's silence says nothing.
    """
    if any(_is_of(silent, found["who"]) for found in _SILENT.finditer(sentence[:_WIDE])):
        return Stance.SUPPORTS
    if said is not None and same_speaker(said.speaker, silent):
        shared = content_stems(claim) & content_stems(sentence) - content_stems(silent) - content_stems(said.speaker)
        return Stance.CONFLICTS if shared else Stance.NEUTRAL
    return Stance.NEUTRAL


def _is_of(silent: str, subject: str) -> bool:
    subject = _LEADS.sub("", subject.strip())
    return any(same_speaker(silent, tidy(part)) for part in (subject, *re.split(r"\s+and\s+", subject)))
