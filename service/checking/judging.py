"""From hits to judgements: what each sentence, read in its context, says of the claim.

Rules judge where they are strong (figures, dates, who said it, denials), the network where they are not. The rules
first choose what the network reads, one text a sentence; then its scores and their findings are combined.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.checking.allegations import alleged, denied, statement
from service.checking.asked import Asked, is_negative
from service.checking.attribution import Reported, attribute, reported
from service.checking.blame import admitted, charged
from service.checking.differences import Comparison, compare
from service.checking.leaning import leans, only_points_back
from service.checking.meetings import QUANTITY
from service.checking.pacing import Budget, Pacer
from service.checking.silence import of_silence
from service.checking.speakers import same_speaker
from service.domain import (
    Act,
    Attribution,
    DecidedBy,
    Difference,
    Hit,
    Judgement,
    Query,
    Relation,
    Stance,
    StanceScores,
    Thresholds,
    Value,
)
from service.ports import StanceModel

_OPPOSITE = {Act.ADMITS: {Act.DENIES}, Act.CONFIRMS: {Act.DENIES}, Act.DENIES: {Act.ADMITS, Act.CONFIRMS}}
_NEAR = 0.1  # how far apart, of the larger, two figures are that may be the same one rounded
NOT_JUDGED = StanceScores(0.0, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Policy:
    """How rules and network are combined. Chosen on our own claims (`CONTRIBUTING.md` says which, and how often).

    `values`, `attribution`, `in_context` and `sides` switch a layer off, to measure what it is worth.
    """

    # The network takes many sentences that are about something else for a side, most of them little like the claim. So
    # below the similarity `alike` it must be surer, by `wary` for each point that is lacking, and for a conflict by
    # `wary_of_conflict`. Similarity alone puts no sentence on a side, and the probabilities shown stay the network's.
    alike: float = 0.6
    wary: float = 0.4
    wary_of_conflict: float = 0.7

    # A difference of values decides unless the network is this sure that the sentence is about something else.
    neutral_outweighs_difference: float = 0.8
    # Two figures differ of which the words do not show that they are of the same thing: where the network is this sure
    # that the sentence is about the claim's matter, they are.
    neutral_of_unlike: float = 0.25
    # None are where a sentence that is less surely about something else gives the claim's own figure.
    neutral_of_echo: float = 0.5
    # The same figures under other names support from this probability.
    same_figures_elsewhere: float = 0.7
    # Where all values of the claim agree, the network's conflict needs this probability.
    conflict_despite_agreement: float = 0.9
    # Where they all agree and the sentence, by itself or in its context, is `alike`, it supports, unless the network is
    # so sure that it is about something else, or of a conflict: on the `dev` claims 27 of 36 such sentences that are
    # alike by themselves support, and the network takes 8 of these for conflicts.
    agreement_outweighs: float = 0.5
    agreement_outweighs_neutral: float = 0.6
    # From here on a figure of the same unit in a newer article is taken to replace the claim's.
    leans_to_conflict: float = 0.5
    sure: float = 0.9  # the probability that a rule's decision carries
    # Where nothing settles a claim, so many of the nearest sentences are read again with each neighbor, and the network
    # must be surer of what two say by so much: it has then been asked twice.
    widened: int = 1
    doubt_of_two: float = 0.05
    values: bool = True
    attribution: bool = True
    in_context: bool = True
    sides: bool = True


@dataclass(frozen=True, slots=True)
class Reading:
    """What the rules found before the network reads.

    `flips`: the sentence denies what `text` says. `settled`: who said or did not say it puts it on this side. `claim`:
    what the text is held against, where that is not the whole claim.
    """

    hit: Hit
    text: str
    comparison: Comparison
    attribution: Attribution | None
    flips: bool = False
    settled: Stance | None = None
    claim: str | None = None


class Judge:
    """Reads each hit with the rules and the stance model."""

    def __init__(self, model: StanceModel, policy: Policy | None = None, budget: Budget | None = None) -> None:
        self._model = model
        self._policy = policy or Policy()
        self._pacer = Pacer(model, budget)

    def judge(self, query: Query, hits: Sequence[Hit], started: float = 0.0) -> list[Judgement]:
        """Return judgements of the first hits, in order: of all that the time budget since `started` allows.

        All are neutral where the model cannot read the whole claim.
        """
        if not self._model.fits(query.claim):
            return [Judgement(hit, Stance.NEUTRAL, NOT_JUDGED) for hit in hits]
        asked = Asked.of(query.claim) if self._policy.attribution else Asked(query.claim)
        readings = [read(asked, hit, self._policy) for hit in hits]
        scores = self._pacer.judge([(reading.text, reading.claim or query.claim) for reading in readings], started)
        judged = [
            decide(reading, score, asked, self._model.thresholds, self._policy)
            for reading, score in zip(readings, scores, strict=False)  # fewer scores where the time was up
        ]
        return with_unlike_figures(readings, judged, self._policy)


def read(asked: Asked, hit: Hit, policy: Policy) -> Reading:
    """Apply the rules to one hit and choose what the network reads of it."""
    sentence, context = hit.sentence.text, hit.context
    around = f"{hit.article.title}. {context.before} {context.after}"
    day, whole = hit.article.published_at, hit.article.text
    compared = compare(asked.text, sentence, day, around, whole) if policy.values else Comparison()
    comparison = compared.placed(hit.sentence.start)
    if not policy.attribution:
        return Reading(hit, _text(hit, policy, None), comparison, None)
    attribution = attribute(sentence, context.before)
    found = reported(sentence)
    settled = charged(asked.charge, hit, found, attribution) if asked.charge else None
    if asked.speech:
        settled = admitted(asked.text, asked.speech, hit, found, attribution)
    if asked.silent:
        settled = of_silence(asked.text, asked.silent, sentence, attribution)
    if found is not None and found.negated and asked.speech is None:
        return Reading(hit, _under_title(hit, _denied(found, hit)), comparison, attribution, True, settled)
    if found and asked.said and asked.speech and _is_of_one(found, asked.speech):
        told = statement(sentence, found)
        claim = asked.said if told else None
        return Reading(hit, _text(hit, policy, told), comparison, attribution, settled=settled, claim=claim)
    told = alleged(sentence, found, asked.names) if found and asked.speech is None else None
    return Reading(hit, _text(hit, policy, told), comparison, attribution, settled=settled)


def _is_of_one(found: Reported, speech: Attribution) -> bool:
    """Say whether a sentence tells what the one said whom the claim names, and either both or neither deny."""
    said = found.attribution
    return found.negated is (speech.act is Act.DENIES) and same_speaker(said.speaker, speech.speaker)


def _text(hit: Hit, policy: Policy, told: str | None) -> str:
    return evidence_text(hit, told) if policy.in_context else told or hit.sentence.text


def evidence_text(hit: Hit, told: str | None = None) -> str:
    """Return the sentence, or what it tells, behind its article's title, and behind what it leans on.

    The title names what a sentence inside the article leaves out: "the bridge", "the company".
    """
    text = told or hit.sentence.text
    if hit.context.before and leans(hit.sentence.text):
        text = f"{hit.context.before} {text}"
    return _under_title(hit, text)


def _under_title(hit: Hit, text: str) -> str:
    title = hit.article.title.strip()
    if not title or text.startswith(title):
        return text
    return f"{title} {text}" if title[-1] in ".!?" else f"{title}. {text}"


def _denied(found: Reported, hit: Hit) -> str:
    """Return what a sentence denies: its own content, or what the sentence before it reports."""
    content = hit.sentence.text[found.content.start : found.content.end].strip()
    if content and not only_points_back(content):
        return denied(content, found.attribution.speaker)
    before = hit.context.before
    told = reported(before)
    return before[told.content.start : told.content.end] if told and told.content.start < told.content.end else before


def decide(reading: Reading, scores: StanceScores, asked: Asked, thresholds: Thresholds, policy: Policy) -> Judgement:
    """Combine the rules' findings with the network's scores."""
    if reading.flips:
        scores = StanceScores(scores.conflicts, scores.supports, scores.neutral)
    stance = _least(thresholds, reading, policy).stance(scores)
    judgement = Judgement(
        reading.hit,
        stance,
        scores,
        attribution=reading.attribution,
        figures=_figures(reading.comparison, scores, policy),
        agrees=_agrees(reading.comparison),
        left_behind=bool(reading.comparison.left_behind),
    )
    speech = asked.speech
    if reading.settled is not None:
        return _as_settled(judgement, reading.settled, policy)
    if speech is not None and (opposed := _opposite_act(judgement, speech, policy)):
        return opposed
    if speech is not None and _is_beside_the_point(stance, reading.attribution, speech):
        return replace(judgement, stance=Stance.NEUTRAL, decided_by=DecidedBy.ATTRIBUTION)
    if reading.flips:
        # A denial speaks for a claim only where the claim is that something is not so.
        only_against = stance is Stance.SUPPORTS and not asked.negative
        return replace(judgement, stance=Stance.NEUTRAL if only_against else stance, decided_by=DecidedBy.ATTRIBUTION)
    is_opposed = asked.negative != is_negative(reading.hit.sentence.text)
    return _weigh_values(judgement, reading.comparison, policy, is_opposed=is_opposed)


def _as_settled(judgement: Judgement, stance: Stance, policy: Policy) -> Judgement:
    """Return the judgement with the side that who spoke puts it on; a neutral one only takes a side away."""
    if stance is not Stance.NEUTRAL:
        return _settled(judgement, stance, DecidedBy.ATTRIBUTION, policy)
    if judgement.stance is Stance.NEUTRAL:
        return judgement
    return replace(judgement, stance=Stance.NEUTRAL, decided_by=DecidedBy.ATTRIBUTION)


def _least(thresholds: Thresholds, reading: Reading, policy: Policy) -> Thresholds:
    """Return the probabilities that a side needs, for a sentence as much like the claim as this one.

    A short sentence, or one that leans on what is around it, is unlike any claim by itself: so it may be like it in its
    context instead.
    """
    if reading.flips:
        # What is read is what the sentence denies, so each side needs what the network needs for the other.
        return Thresholds(thresholds.conflicts, thresholds.supports)
    alike = max(reading.hit.similarity, reading.hit.in_context)
    lacking = max(0.0, policy.alike - alike)
    return Thresholds(
        thresholds.supports + policy.wary * lacking, thresholds.conflicts + policy.wary_of_conflict * lacking
    )


def _figures(comparison: Comparison, scores: StanceScores, policy: Policy) -> tuple[Value, ...]:
    """Return the evidence's figures that were compared, agreeing ones first, or else its earlier ones.

    A figure in the same unit that could not be compared is taken where the network leans to a conflict.
    """
    agreed = [pair.evidence for pair in comparison.agreements if pair.kind == QUANTITY]
    differing = [d.evidence for d in comparison.differences if d.kind == QUANTITY]
    found = (*agreed, *differing) or comparison.left_behind
    return found or (comparison.rivals if scores.conflicts >= policy.leans_to_conflict else ())


def _agrees(comparison: Comparison) -> bool:
    """Say whether a sentence gives all figures of the claim; "at least 12" does not give 40, though 40 is no less."""
    pairs = comparison.agreements
    return (
        bool(pairs) and not comparison.unmatched_claim and all(_is_near(p.claim.value, p.evidence.value) for p in pairs)
    )


def _gives_as_much(comparison: Comparison) -> bool:
    """Say whether the figures give what the claim's do: "at least 9" is no 31, which it leaves possible."""
    figures = (pair for pair in comparison.agreements if pair.kind == QUANTITY)
    return all(pair.settles or _is_near(pair.claim.value, pair.evidence.value) for pair in figures)


def _is_near(one: float | str, other: float | str) -> bool:
    if isinstance(one, str) or isinstance(other, str):
        return True
    return abs(one - other) <= _NEAR * max(abs(one), abs(other))


def _opposite_act(judgement: Judgement, speech: Attribution, policy: Policy) -> Judgement | None:
    """Settle "X admitted it" by a sentence in which X denies it."""
    said = judgement.attribution
    if said is None or said.act not in _OPPOSITE.get(speech.act, ()) or not same_speaker(said.speaker, speech.speaker):
        return None
    if judgement.scores.neutral >= policy.neutral_outweighs_difference:
        return None
    return _settled(judgement, Stance.CONFLICTS, DecidedBy.ATTRIBUTION, policy)


def _is_beside_the_point(stance: Stance, said: Attribution | None, speech: Attribution) -> bool:
    """Say whether what others allege or deny is taken for what the one said whom the claim names."""
    if stance is Stance.SUPPORTS:
        return _is_charge_of_others(said, speech)
    return stance is Stance.CONFLICTS and _is_denial_of_others(said, speech)


def _is_denial_of_others(said: Attribution | None, speech: Attribution) -> bool:
    """Say whether a claim is that X says something, and a sentence only that somebody else denies it."""
    if said is None or said.act is not Act.DENIES or speech.act is Act.DENIES:
        return False
    return not same_speaker(said.speaker, speech.speaker)


def _is_charge_of_others(said: Attribution | None, speech: Attribution) -> bool:
    """Say whether a claim is that X admits or confirms, and a sentence only that somebody else alleges."""
    owns = speech.act in {Act.ADMITS, Act.CONFIRMS}
    return owns and said is not None and said.act is Act.ALLEGES and not same_speaker(said.speaker, speech.speaker)


def _weigh_values(judgement: Judgement, comparison: Comparison, policy: Policy, *, is_opposed: bool) -> Judgement:
    """Combine the scores with what the values say; where `is_opposed`, either sentence or claim says that it is not so.

    "Tormal never paid the $5 million fine" gives the figure of "Tormal paid the $5 million fine" all the same.
    """
    scores = judgement.scores
    replaced = next((d for d in comparison.differences if d.relation is Relation.SUPERSEDED), None)
    if replaced is not None and scores.neutral < policy.neutral_outweighs_difference:
        settled = _settled(judgement, Stance.SUPPORTS, DecidedBy.QUANTITY, policy)
        return replace(settled, differences=comparison.differences, superseded_by=replaced.evidence)
    if comparison.differences:
        return _differing(judgement, comparison.differences, policy)
    if (
        comparison.of_earlier and judgement.stance is Stance.CONFLICTS
    ):  # what was given later contradicts no first figure
        return replace(judgement, stance=Stance.NEUTRAL, decided_by=DecidedBy.QUANTITY)
    if comparison.other_subject and judgement.stance is not Stance.NEUTRAL:
        return _of_other_subject(judgement, comparison, policy)
    if judgement.stance is Stance.SUPPORTS and (comparison.unmatched_claim or not _gives_as_much(comparison)):
        return replace(judgement, stance=Stance.NEUTRAL, decided_by=DecidedBy.QUANTITY)
    agreed = comparison.agreements and not comparison.unmatched_claim and not is_opposed
    if agreed and judgement.stance is not Stance.SUPPORTS and _agreement_decides(judgement, policy):
        return _settled(judgement, Stance.SUPPORTS, DecidedBy.QUANTITY, policy)
    if judgement.stance is Stance.CONFLICTS and agreed and scores.conflicts < policy.conflict_despite_agreement:
        return replace(judgement, stance=Stance.NEUTRAL, decided_by=DecidedBy.QUANTITY)
    return judgement


def _of_other_subject(judgement: Judgement, comparison: Comparison, policy: Policy) -> Judgement:
    """Take the side away, unless all figures are the claim's and the network is sure that the sentence supports it.

    An attack is named by its city or its hall, and figures are seldom the same by chance.
    """
    pairs, unmatched = comparison.other_subject, {value.start for value in comparison.unmatched_claim}
    same = all(pair.settles and _is_near(pair.claim.value, pair.evidence.value) for pair in pairs)
    is_sure = judgement.stance is Stance.SUPPORTS and judgement.scores.supports >= policy.same_figures_elsewhere
    if same and is_sure and unmatched <= {pair.claim.start for pair in pairs}:
        return judgement
    return replace(judgement, stance=Stance.NEUTRAL, decided_by=DecidedBy.QUANTITY, other_subject=True)


def with_unlike_figures(readings: Sequence[Reading], judged: Sequence[Judgement], policy: Policy) -> list[Judgement]:
    """Return the judgements, in order, those with an unlike figure in conflict where no sentence echoes the claim's.

    What a sentence does not give of the claim's matter may stand in the next one; where none has the claim's figure,
    and the network takes one for being about the claim's matter, its figure is the one that the claim has wrong.
    """
    pairs = list(zip(readings, judged, strict=False))
    if any(r.comparison.is_echoed and j.scores.neutral <= policy.neutral_of_echo for r, j in pairs):
        return list(judged)
    return [_unlike(judgement, reading, policy) for reading, judgement in pairs]


def _unlike(judgement: Judgement, reading: Reading, policy: Policy) -> Judgement:
    is_settled = judgement.decided_by not in {DecidedBy.STANCE, DecidedBy.QUANTITY} or judgement.other_subject
    unlike = reading.comparison.unlike
    # The same number in another unit is hardly of something else.
    same_number = any(d.claim.value == d.evidence.value for d in unlike)
    most = policy.neutral_of_echo if same_number else policy.neutral_of_unlike
    if is_settled or not unlike or judgement.scores.neutral > most:
        return judgement
    return _differing(judgement, unlike, policy)


def _agreement_decides(judgement: Judgement, policy: Policy) -> bool:
    scores = judgement.scores
    unsure = scores.neutral < policy.agreement_outweighs_neutral and scores.conflicts < policy.agreement_outweighs
    return unsure and max(judgement.hit.similarity, judgement.hit.in_context) >= policy.alike


def _differing(judgement: Judgement, differences: tuple[Difference, ...], policy: Policy) -> Judgement:
    if judgement.scores.neutral >= policy.neutral_outweighs_difference:
        return judgement
    by = DecidedBy.DATE if all(d.kind == "date" for d in differences) else DecidedBy.QUANTITY
    return replace(_settled(judgement, Stance.CONFLICTS, by, policy), differences=differences)


def _settled(judgement: Judgement, stance: Stance, by: DecidedBy, policy: Policy) -> Judgement:
    """Return the judgement as a rule settles it; the scores move to that side, what is left shared as before."""
    scores = judgement.scores
    ours = scores.of(stance)
    if ours < policy.sure:
        rest = (1.0 - policy.sure) / max(1e-9, 1.0 - ours)
        scores = StanceScores(
            policy.sure if stance is Stance.SUPPORTS else scores.supports * rest,
            policy.sure if stance is Stance.CONFLICTS else scores.conflicts * rest,
            scores.neutral * rest,
        )
    return replace(judgement, stance=stance, scores=scores, decided_by=by)
