"""Who is said to be behind a deed: charges, denials and admissions, which a small network reads badly.

"Moscow blamed the rebels for the blast", "the rebels deny it" and "the rebels claimed responsibility" all bear on
"The rebels were behind the blast", whatever else the words have in common.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from service.checking.accusing import accusations, kinds_of, names_of
from service.checking.attribution import Reported
from service.checking.cues import BY_WHOM, GUILT
from service.checking.speakers import same_speaker
from service.domain import Act, Attribution, Hit, Stance

_FEW = 10  # words
_POINTER = re.compile(
    r"\b(?:it|this|that|them|(?:claim|charge|accusation|assertion|allegation|suggestion|report)s?)\b", re.I
)
_NEGATED = re.compile(r"\b(?:not|never|no|nobody|neither|nothing)\b|n['’]t\b", re.I)
# "Moscow's claim that the rebels were behind it" is no charge in the claim's own voice.
_OTHERS_WORD = re.compile(
    r"\b(?:that|sa(?:id|ys)|told|claim\w*|accus\w*|alleg\w*|blam\w*|believ\w*|den(?:y|ies|ied))\b", re.I
)
_OTHER_SIDE = {Stance.SUPPORTS: Stance.CONFLICTS, Stance.CONFLICTS: Stance.SUPPORTS}


@dataclass(frozen=True, slots=True)
class Charge:
    """What a claim says of somebody: `accused` as it names them, their terms, and the kinds of event behind it.

    `negated`: it says that they had nothing to do with it.
    """

    accused: str
    names: frozenset[str]
    events: frozenset[str]
    negated: bool = False

    def is_made_in(self, text: str, title: str) -> bool:
        """Say whether a text blames the same for the same kind of event, which its article's title may name."""
        return any(
            self.names <= names_of(charge.accused) and self.events & charge.kinds(title) for charge in accusations(text)
        )


def charge_of(claim: str) -> Charge | None:
    """Return the charge that a claim makes in its own voice, or None: "The rebels were behind the blast"."""
    if passive := BY_WHOM.match(claim.strip(" .")):
        accused, how, deed = passive["who"], "", passive["deed"]
    elif found := GUILT.search(claim):
        accused, how, deed = claim[: found.start()].strip(" ,"), found[0], claim[found.end() :]
    else:
        return None
    if _NEGATED.search(f"{accused} {deed}") or _OTHERS_WORD.search(accused):
        return None
    names, events = names_of(accused), kinds_of(deed)
    return Charge(accused, names, events, bool(_NEGATED.search(how))) if names and events else None


def charged(charge: Charge, hit: Hit, found: Reported | None, said: Attribution | None) -> Stance | None:
    """Return the side that a sentence takes by charging, denying or admitting, or None where it does none of these."""
    side = _of_charge(charge, hit, found, said)
    return _OTHER_SIDE[side] if side and charge.negated else side


def _of_charge(charge: Charge, hit: Hit, found: Reported | None, said: Attribution | None) -> Stance | None:
    if found is None or said is None:
        return None
    text, title = hit.sentence.text, hit.article.title
    content = text[found.content.start : found.content.end]
    own = same_speaker(said.speaker, charge.accused)
    if said.act is Act.DENIES:
        points_back = len(content.split()) <= _FEW and _POINTER.search(content)
        denied = f"{said.speaker} {content}" if own else content
        denied = f"{hit.context.before} {denied}" if points_back else denied
        return Stance.CONFLICTS if charge.is_made_in(denied, title) else None
    if said.act is Act.ADMITS and own and charge.events & (kinds_of(text) | kinds_of(title)):
        return Stance.SUPPORTS
    if said.act is Act.ALLEGES and not own and charge.is_made_in(text, title) and not _NEGATED.search(content):
        return Stance.SUPPORTS
    return None


def admitted(
    claim: str, speech: Attribution, hit: Hit, found: Reported | None, said: Attribution | None
) -> Stance | None:
    """Return the side that a sentence takes of a claim that somebody admits a deed, or None where it settles nothing.

    The same one's admission of a deed of one kind supports it, and says nothing of it where that was elsewhere.
    """
    if found is None or said is None or {speech.act, said.act} != {Act.ADMITS}:
        return None
    content, title = hit.sentence.text[found.content.start : found.content.end], hit.article.title
    if not same_speaker(said.speaker, speech.speaker) or not kinds_of(claim) & (kinds_of(content) or kinds_of(title)):
        return None
    own = names_of(said.speaker) | names_of(speech.speaker)
    places, ours = names_of(content) - own, names_of(claim) - own
    return Stance.NEUTRAL if places and not places & (ours or names_of(title)) else Stance.SUPPORTS
