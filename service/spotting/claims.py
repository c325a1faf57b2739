"""The sentences of a text, each a claim to check or left out with its reason.

A claim that can be checked says that something is, was or happened. Rules, in the order in which they speak, find what
does not: it is easier to say surely what is no claim than what is one, and a claim too many costs a check, while one
too few is not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from service.domain import Span
from service.language.tokens import word_set
from service.reading.furniture import is_byline, is_credit, is_furniture
from service.reading.sentences import pieces
from service.reading.shape import ends
from service.spotting.standing import stand_alone

LEAST_WORDS = 3
MOST_CHARACTERS = 1000
_HEADING_WORDS = 5


class Reason(StrEnum):
    """Why a sentence is no claim to check."""

    QUESTION = "question"
    GREETING = "greeting"
    FURNITURE = "furniture"
    FRAGMENT = "fragment"
    TOO_LONG = "too_long"
    INSTRUCTION = "instruction"
    OPINION = "opinion"
    WISH = "wish"


@dataclass(frozen=True, slots=True)
class Spotted:
    """A sentence of a text by its span; `checked_as` is the claim that stands alone, `reason` why there is none."""

    span: Span
    sentence: str
    checked_as: str | None
    reason: Reason | None


_GREETING = re.compile(
    r"^(?:hi|hello|hey|dear|good (?:morning|evening|afternoon|day|night)|welcome|greetings|thanks?|thank you|cheers|"
    r"congratulations|ladies and gentlemen|best (?:wishes|regards)|kind regards|yours|sincerely|goodbye|bye)\b",
    re.IGNORECASE,
)
_INSTRUCTIONS = word_set(
    "click read see subscribe follow share sign call visit note please check watch listen remember consider imagine "
    "look write tell let's keep stop start try take make ask go come join download contact send stay enjoy order help "
    "scroll tap register donate"
)
_WISH = re.compile(
    r"^(?:let us|let's|may (?:the|they|he|she|we|you|god|peace|your|our|all|every)|if only|i hope|we hope|hopefully|"
    r"i wish|we wish|i want|we want|i would like|we would like)\b|\b(?:one can only hope|fingers crossed)\b",
    re.IGNORECASE,
)
_OPINION = re.compile(
    r"^(?:i|we|personally|honestly|frankly|in my (?:view|opinion)|to me|my guess|perhaps|maybe|arguably|clearly|"
    r"surely)\b(?!.{0,40}\b(?:counted|measured|interviewed|asked|met|saw|visited|spoke|received|obtained)\b)|"
    r"\b(?:should|ought to|had better|it is (?:a shame|time|high time|outrageous|sad|wonderful|great|important|vital|"
    r"hard to (?:believe|imagine)|clear that)|in my (?:view|opinion)|i (?:think|believe|feel|suppose|guess|doubt)|"
    r"we (?:think|believe|feel)|deserves?|no (?:doubt|wonder)|what an? |what nonsense|how "
    r"(?:beautiful|sad|strange|wonderful|terrible)|at (?:its|their|his|her) (?:very )?(?:best|worst)|would rather|"
    r"seems? to (?:care|mind|think|believe|know|understand)|"
    r"(?:is|are) (?:never|always|rarely|seldom) (?:easy|simple|right|wrong|enough|fair))\b",
    re.IGNORECASE,
)
# Guesses in the writer's own voice. "The bill would have banned it" and "it will be closed in two years" are claims.
_GUESS = re.compile(
    r"^(?:without|if|had|otherwise)\b.*\bwould(?: not|n't)? have\b|\bmark my words\b|\b(?:may|might|could) well\b|"
    r"\b(?:probably|most likely|surely|sooner or later|one day|before long|never again)\b.*\b(?:will|won't|could)\b|"
    r"\b(?:will|won't|could)\b.*\b(?:probably|most likely|sooner or later|one day|before long|never again)\b|"
    r"\bin (?:a few|some) (?:years|decades|generations)\b.*\bwill\b",
    re.IGNORECASE,
)
_JUDGING = word_set(
    "beautiful ugly wonderful terrible awful lovely brilliant stupid disgraceful shameful disgusting amazing fantastic "
    "charming boring dreadful magnificent delightful superb horrible pathetic ridiculous absurd admirable marvelous "
    "breathtaking unforgettable overrated underrated disappointing inspiring irresponsible heartless cowardly "
    "glorious splendid gorgeous exquisite fabulous nice shabby "
    "dull dreary tedious silly foolish dumb idiotic clumsy ridiculous laughable embarrassing humiliating outrageous "
    "sad sadder saddest depressing nasty vile petty cynical hypocritical naive sloppy lazy "
    "arrogant vulgar tasteless tacky hideous grotesque dire abysmal mediocre worthless useless pointless senseless "
    "nicest dullest ugliest prettiest silliest"
)
_SAID = re.compile(
    r"\b(?:said|says|told|according to|reported|wrote|called|calls|announced|claimed|denied|stated|warned|argued|"
    r"described|criticized|praised|confirmed|added|insist(?:s|ed)|accused|argues|warns|claims|denies|admits|admitted)\b",
    re.IGNORECASE,
)
_COPULA = re.compile(r"\b(?:is|are|was|were|be|been|remains?|seems?|looks?|feels?|what an?|such an?)\b", re.IGNORECASE)
_VERBS = word_set(
    "is are was were has have had do does did will would can could may might must shall be been being isn't "
    "wasn't ate beat became began bought broke brought built burnt came caught chose cost cut dealt drank drew drove "
    "fed fell felt fled flew fought found froze gave got grew held hid hit hurt kept knew laid lay led left lent "
    "let lit lost made meant met paid put quit ran rang read rode rose said sang sank sat saw sent set shook shot "
    "shrank shut slept slid sold spent split spoke sprang spread stole stood struck stuck swam swept swore taught "
    "threw told took tore thought understood went woke won wore wrote"
)
_ENDING = re.compile(r"\b\w{2,}(?:ed|[^\Ws]s)\b")
_SPEAKS = re.compile(r"(?:I|We|You|They)(?: \w+ly)? [a-z]{3,}\b")  # plural and first person have no ending
_WORD = re.compile(r"[^\W\d_]+|\d[\d.,]*")


def spot(text: str) -> Iterator[Spotted]:
    """Yield every sentence of a text in order, with offsets in Unicode code points into it."""
    before: list[str] = []
    for span in pieces(text):
        sentence = text[span.start : span.end]
        reason = reason_against(sentence)
        checked_as = None if reason else stand_alone(sentence, before)
        yield Spotted(span, sentence, checked_as, reason)
        before.append(checked_as or sentence)  # "She wants the house. Her plan": the second goes by the first's name


def reason_against(sentence: str) -> Reason | None:
    """Return why a sentence is no claim to check, or None where it is one."""
    return next((reason for reason, holds in _RULES if holds(sentence.strip())), None)


def _is_question(sentence: str) -> bool:
    return sentence.rstrip("\"'”’)").endswith("?") and not _SAID.search(sentence)


def _is_part_of_a_page(sentence: str) -> bool:
    return is_furniture(sentence) or is_byline(sentence) or is_credit(sentence)


def _is_fragment(sentence: str) -> bool:
    words = _WORD.findall(sentence)
    spoken = {word.lower() for word in words}
    if len(words) < LEAST_WORDS:
        return True
    if spoken & _VERBS or _SPEAKS.match(sentence):
        return False
    if len(words) > _HEADING_WORDS or ends(sentence):
        return not _ENDING.search(sentence)
    # Of a heading, a verb is within: "Ferry strikes breakwater", but "Results and tables".
    return not any(_ENDING.fullmatch(word) for word in words[1:-1])


def _is_instruction(sentence: str) -> bool:
    words = [word.lower() for word in _WORD.findall(sentence)]
    if not words or words[0] not in _INSTRUCTIONS:
        return False
    # "Help arrived", "Call volumes rose": a noun in front of its verb.
    return not any(word in _VERBS or word.endswith("ed") for word in words[1:3])


def _is_opinion(sentence: str) -> bool:
    # Whoever said it, that it was said can be checked; and so can a figure.
    if _SAID.search(sentence) or re.search(r"\d", sentence):
        return False
    if _OPINION.search(sentence) or _GUESS.search(sentence):
        return True
    judging = {word.lower() for word in _WORD.findall(sentence)} & _JUDGING
    return bool(judging) and bool(_COPULA.search(sentence))


def _is_greeting(sentence: str) -> bool:
    found = _GREETING.match(sentence)
    return found is not None and ("," in sentence[:40] or len(sentence) < 60) and not re.search(r"\d", sentence)


_RULES: tuple[tuple[Reason, Callable[[str], bool]], ...] = (
    (Reason.TOO_LONG, lambda sentence: len(sentence) > MOST_CHARACTERS),
    (Reason.QUESTION, _is_question),
    (Reason.GREETING, _is_greeting),
    (Reason.FURNITURE, _is_part_of_a_page),
    (Reason.WISH, lambda sentence: bool(_WISH.search(sentence))),
    (Reason.INSTRUCTION, _is_instruction),
    (Reason.OPINION, _is_opinion),
    (Reason.FRAGMENT, _is_fragment),
)
