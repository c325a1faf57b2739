"""Decides whether two figures measure the same thing of the same subject. Doubt is a no: false conflicts cost most."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache

from service.checking.dates import DateMention, Granularity, dates_agree
from service.checking.narrowing import goes_the_other_way, is_narrowed
from service.checking.nouns import GENERIC, is_generic
from service.checking.quantities import COUNT, Quantity
from service.checking.scene import ATTRIBUTES, LIGHT, Scene
from service.checking.wording import (
    CHANGES,
    MOVES,
    content_stems,
    event_kinds,
    linked_names,
    names_in,
    stem,
)
from service.language.roles import ROLE_OF
from service.language.tokens import Token, ends_sentence, lower_at, tokenize, word_set


class Sameness(StrEnum):
    """How far two figures measure the same thing."""

    SAME = "same"
    PART = "part"  # the claim counts some of those whom the evidence counts
    WHOLE = "whole"  # the evidence counts some of those whom the claim counts
    LOOSE = "loose"  # near enough that equal values agree, not that unequal ones differ
    NONE = "none"


_OTHER_MARKERS = word_set(
    "another separate separately similar previous previously rival competitor neighboring neighbouring elsewhere "
    "unrelated predecessor challenger opponent teammate counterpart"
)
_SUPERLATIVES = word_set("deadliest worst biggest largest bloodiest")
_COMPARED = frozenset({"since", "after", "behind"})
_OLD = timedelta(days=300)
_LOSSES = "lose lost claim leave result cause happen occur place event incident tragedy victim put rise official"
_EVENT_WORDS = frozenset(map(stem, ("accident", "incident", "disaster", "tragedy", "event")))  # of any kind
_COMMON = frozenset(map(stem, (*ROLE_OF, *_LOSSES.split()))) | GENERIC | LIGHT


def sameness(claim: Scene, ours: Quantity, evidence: Scene, theirs: Quantity) -> Sameness:
    """Return how far a claim's figure and an evidence's figure measure the same thing, whoever the subject is."""
    if ours.dimension != theirs.dimension or (ours.unit and goes_the_other_way(claim, ours, evidence, theirs)):
        return Sameness.NONE
    found = (
        _measures(claim, ours, evidence, theirs) if ours.dimension != COUNT else _counts(claim, ours, evidence, theirs)
    )
    if found is Sameness.SAME and is_narrowed(claim, ours, evidence, theirs):
        return Sameness.LOOSE
    is_part = ours.is_partial or theirs.is_partial or _is_step(claim, ours) != _is_step(evidence, theirs)
    return Sameness.LOOSE if is_part and found is not Sameness.NONE else found


def _is_step(scene: Scene, quantity: Quantity) -> bool:
    """Say whether a figure is how far something went, not where it stands: "rose 120 points", "rose by three"."""
    first = quantity.first
    before, further = lower_at(scene.tokens, first - 1), lower_at(scene.tokens, first - 2)
    return before in MOVES or (before == "by" and further in CHANGES)


def _measures(claim: Scene, ours: Quantity, evidence: Scene, theirs: Quantity) -> Sameness:
    if ours.noun and theirs.noun and ours.noun.stem != theirs.noun.stem:
        return Sameness.NONE
    kinds = [{ATTRIBUTES[s] for s in s_all if s in ATTRIBUTES} for s_all in (claim.words, evidence.words)]
    if kinds[0] and kinds[1] and not kinds[0] & kinds[1]:
        return Sameness.NONE
    if kinds[0] != kinds[1]:
        return Sameness.LOOSE  # "rose 3 meters" and "is 40 meters wide"
    if evidence.governors(theirs) & claim.words:
        return Sameness.SAME
    return Sameness.LOOSE if claim.words & evidence.words else Sameness.NONE


def _counts(claim: Scene, ours: Quantity, evidence: Scene, theirs: Quantity) -> Sameness:
    if ours.role and theirs.role:
        return _same_role(claim, ours, evidence, theirs) if ours.role == theirs.role else Sameness.NONE
    same_noun = ours.noun is not None and theirs.noun is not None and ours.noun.stem == theirs.noun.stem
    if ours.role or theirs.role:
        specific = same_noun and not is_generic(ours.noun, None)
        return Sameness.LOOSE if specific else Sameness.NONE
    governed = bool(evidence.governors(theirs) & claim.words)
    if same_noun:
        shared = (claim.words & evidence.words) - {ours.noun.stem if ours.noun else ""}
        return Sameness.SAME if governed else Sameness.LOOSE if shared else Sameness.NONE
    return _unlike_nouns(claim, ours, evidence, theirs, governed)


def _unlike_nouns(claim: Scene, ours: Quantity, evidence: Scene, theirs: Quantity, governed: bool) -> Sameness:
    # "employs about 12,000 people" and "11,874 employees": the verb of one is the noun of the other.
    if theirs.noun and is_generic(ours.noun, None) and theirs.noun.stem in claim.governors(ours):
        return Sameness.SAME
    if ours.noun and is_generic(theirs.noun, None) and ours.noun.stem in evidence.governors(theirs):
        return Sameness.SAME
    if ours.noun is None and theirs.noun is None:
        return Sameness.LOOSE if governed else Sameness.NONE
    generic = is_generic(ours.noun, None) or is_generic(theirs.noun, None) or not (ours.noun and theirs.noun)
    return Sameness.LOOSE if governed and generic else Sameness.NONE


def _same_role(claim: Scene, ours: Quantity, evidence: Scene, theirs: Quantity) -> Sameness:
    first, second = claim.events, evidence.events
    if first and second and not first & second:
        return Sameness.NONE
    generic, generic_too = is_generic(ours.noun, ours.role), is_generic(theirs.noun, theirs.role)
    alike = ours.noun is not None and theirs.noun is not None and ours.noun.stem == theirs.noun.stem
    if alike or (generic and generic_too):
        return Sameness.SAME
    if generic_too:
        return Sameness.PART
    return Sameness.WHOLE if generic else Sameness.LOOSE


def is_grounded(claim: Scene, evidence: Scene, around: Surroundings) -> bool:
    """Say whether a sentence or its article has any word for which event a claim is of, besides its kind and its names.

    Seventeen hurt in a ferry accident are none hurt in a bus accident. Names are compared elsewhere.
    """
    if not (claim.events or claim.words & _EVENT_WORDS):
        return True
    own = {
        stem
        for token, stem in zip(claim.tokens, claim.stems, strict=True)
        if stem and not token.is_capitalized and not _is_of_value(claim, token)
    }
    own = {word for word in own - _COMMON - _EVENT_WORDS if not event_kinds(frozenset({word}))}
    if not own or own & (evidence.words | around.words):
        return True
    return not around.all_words or bool(own & around.all_words)


def _is_of_value(scene: Scene, token: Token) -> bool:
    spans = [(q.start, q.end) for q in scene.quantities] + [(day.start, day.end) for day in scene.dates]
    return any(start <= token.start < end for start, end in spans)


@dataclass(frozen=True)
class Surroundings:
    """What is known of a sentence besides its words: its article's day, and the names of title and neighbors.

    `context` is the title and the neighbors, in this order, and `text` the article. Each is read where a figure or date
    asks for it, since most sentences hold none that do.
    """

    published_at: datetime | None = None
    context: str = ""
    text: str = ""

    @cached_property
    def names(self) -> frozenset[str]:
        """Return the names of title and neighbors."""
        return _names_of(self.context)

    @cached_property
    def linked(self) -> frozenset[tuple[str, str]]:
        """Return pairs of names in one phrase ("Elm Hall in Oakford"), so that either may stand for the other."""
        return linked_names(tokenize(self.context))

    @cached_property
    def title(self) -> frozenset[str]:
        """Return the names of the title alone."""
        tokens = tokenize(self.context)
        return names_in(tokens, range(next((i for i in range(len(tokens)) if ends_sentence(tokens, i)), len(tokens))))

    @cached_property
    def article(self) -> frozenset[str]:
        """Return the names of the whole article."""
        return self.names | _names_of(self.text)

    @cached_property
    def words(self) -> frozenset[str]:
        """Return the stems of title and neighbors."""
        return content_stems(self.context)

    @cached_property
    def all_words(self) -> frozenset[str]:
        """Return the stems of title, neighbors and the whole article."""
        return self.words | content_stems(self.text)


@lru_cache(maxsize=64)
def _names_of(text: str) -> frozenset[str]:
    tokens = tokenize(text)
    return names_in(tokens, range(len(tokens)))


def is_other_subject(
    claim: Scene, evidence: Scene, at: int, there: int, around: Surroundings, is_equal: bool = False
) -> bool:
    """Say whether the clauses at two offsets visibly speak of different subjects: by name, by date or in words.

    Two equal figures (`is_equal`) are taken for those of another subject only where the whole article names none of
    the claim's: chance seldom makes them equal.
    """
    theirs = evidence.clause_at(there)
    return (
        names_differ(claim, evidence, at, there, around, is_equal)
        or _is_marked_other(claim, evidence, there)
        or times_differ(claim.dates, evidence.dates_in(theirs), around.published_at)
    )


def is_placed(claim: Scene, ours: Quantity, evidence: Scene, theirs: Quantity, around: Surroundings) -> bool:
    """Say whether a claim that names nobody can be shown to be of what a sentence tells.

    "The hall attack killed 144" is not contradicted by a bombing in some town that killed 100. What shows it is a
    telling word in common, where the claim has one, or a name of the article's title, and no event of another sort.
    """
    if claim.names(claim.all_tokens()):
        return True
    named = evidence.names_at(theirs.start)
    events, told = _events(claim.words), _events(evidence.words)
    if events and told and not events & told:
        return False
    counted = {ours.noun.stem} if ours.noun else set()
    telling = claim.words - events - counted - _COMMON
    if telling:
        return bool(telling & (evidence.words if named else evidence.words | around.words))
    return not named or bool(named & around.title)


def _events(words: frozenset[str]) -> frozenset[str]:
    return frozenset(word for word in words if event_kinds(frozenset({word})))


def names_differ(
    claim: Scene, evidence: Scene, at: int, there: int, around: Surroundings, is_equal: bool = False
) -> bool:
    """Say whether both sides name somebody or some place and share none.

    A clause without names takes those of its sentence, a sentence without names those of its surroundings.
    """
    ours = claim.names(claim.clause_at(at)) or claim.names(claim.all_tokens())
    own = evidence.names_at(there)
    theirs = own or (around.article if is_equal else around.names)
    # A name that the claim writes in lower case, or as a common word, is still a shared name.
    words = {token.lower[:5] for token in claim.tokens}
    if not ours or not theirs or ours & theirs or theirs & words:
        return False
    return not any((one, other) in around.linked for one in ours for other in theirs)


def places_differ(claim: Scene, ours: Quantity, evidence: Scene, theirs: Quantity, around: Surroundings) -> bool:
    """Say whether both figures are tied to a place right behind them, and not the same: "30 in Harl and 12 in Orun"."""
    return _are_apart(claim.place_after(ours), evidence.place_after(theirs), around)


def heads_differ(claim: Scene, ours: Quantity, evidence: Scene, theirs: Quantity, around: Surroundings) -> bool:
    """Say whether a relative clause gives the figure of what happened elsewhere: "a blast in Orun that killed 12"."""
    return _are_apart(claim.place_after(ours) or claim.only_place(), evidence.place_of_head(theirs), around)


def _are_apart(here: frozenset[str], there: frozenset[str], around: Surroundings) -> bool:
    if not here or not there or here & there:
        return False
    return not any((one, other) in around.linked for one in here for other in there)


def _is_marked_other(claim: Scene, evidence: Scene, there: int) -> bool:
    spoken = {token.lower for token in claim.tokens}
    superlative = False
    for index in evidence.clause_at(there):
        word = evidence.tokens[index].lower
        superlative = superlative or word in _SUPERLATIVES
        # "the worst since a siege that killed 130" has the figure of the siege
        if superlative and word in _COMPARED and evidence.tokens[index].start < there:
            return True
        counted = any(quantity.first == index + 1 for quantity in evidence.quantities)
        if word in _OTHER_MARKERS and word not in spoken and not counted:
            return True
    return False


def times_differ(ours: tuple[DateMention, ...], theirs: tuple[DateMention, ...], published_at: datetime | None) -> bool:
    """Say whether the evidence tells of another time: a date against the claim's, or a long past one of its own."""
    if not theirs:
        return False
    if ours:
        verdicts = [dates_agree(mine, other) for mine in ours for other in theirs]
        return False in verdicts and True not in verdicts
    return all(_is_long_past(mention, published_at) for mention in theirs)


def _is_long_past(mention: DateMention, published_at: datetime | None) -> bool:
    if published_at is None:
        # An undated article about "in 1956" is not known to be of that year, so the safe reading is another time.
        return mention.granularity is Granularity.YEAR
    return mention.latest is not None and mention.latest < published_at.date() - _OLD
