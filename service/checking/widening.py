"""Where no sentence settles a claim by itself, the nearest is read once more, with each neighbor.

What a claim says may stand in two sentences: "A second team left at noon. Snow stopped it below the hut." Systems for
such claims read their evidence together (Thorne et al., "FEVER: a large-scale dataset for fact extraction and
verification", 2018). Here only neighbors are, so that what is shown is one passage which stands so in its article.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from service.checking.asked import Asked
from service.checking.judging import Policy, decide, read
from service.checking.leaning import leans
from service.checking.pacing import Budget, Pacer
from service.corpus.store import Found, Store
from service.domain import Act, Context, DecidedBy, Hit, Judgement, Query, Stance, Thresholds
from service.ports import StanceModel

LONGEST = 600  # characters of a passage; more is past what the network was trained to read at once


class Widener:
    """Reads again, with its neighbors, what is nearest to a claim that no sentence settles."""

    def __init__(self, store: Store, model: StanceModel, policy: Policy, budget: Budget) -> None:
        self._store, self._model, self._policy = store, model, policy
        self._pacer = Pacer(model, budget)

    def widen(self, query: Query, judged: Sequence[Judgement], started: float) -> list[Judgement]:
        """Return the judgements, in order, those that are open replaced by what they settle with a neighbor.

        Nothing is read again where the model cannot read the claim, or the time budget since `started` is spent.
        """
        places = [place for place, judgement in enumerate(judged) if _is_open(judgement)][: self._policy.widened]
        if not places or not self._model.fits(query.claim) or not self._pacer.has_time(started):
            return list(judged)
        settled: dict[int, Judgement] = {}
        for place, judgement in self._read(query, judged, places, started):
            if _strength(judgement) > _strength(settled.get(place)):
                settled[place] = judgement
        return [settled.get(place, judgement) for place, judgement in enumerate(judged)]

    def _read(
        self, query: Query, judged: Sequence[Judgement], places: Sequence[int], started: float
    ) -> Iterator[tuple[int, Judgement]]:
        """Yield what passages say that the network puts on a side, each with the place of its hit."""
        asked = Asked.of(query.claim) if self._policy.attribution else Asked(query.claim)
        found = passages(self._store, [judged[place].hit for place in places])
        hits = [(place, hit) for place, mine in zip(places, found, strict=True) for hit in mine]
        readings = [read(asked, hit, self._policy) for _, hit in hits]
        scores = self._pacer.judge([(reading.text, reading.claim or query.claim) for reading in readings], started)
        needed, doubt = self._model.thresholds, self._policy.doubt_of_two
        raised = Thresholds(needed.supports + doubt, needed.conflicts + doubt)
        for (place, _), reading, score in zip(hits, readings, scores, strict=False):  # fewer where the time was up
            judgement = decide(reading, score, asked, raised, self._policy)
            if _is_of_network(judgement, asked):
                yield place, judgement


def passages(store: Store, hits: Sequence[Hit]) -> list[list[Hit]]:
    """Return for each hit the passages that it makes with the sentence before it and with the one after it, each once.

    A passage is a hit of two sentences: its text and offsets are of both, its context is what stands around both, its
    similarity and its id are the hit's.
    """
    beside = store.found(sorted({hit.sentence.id + step for hit in hits for step in (-1, 1)}))
    seen: set[tuple[str, int]] = set()
    found: list[list[Hit]] = []
    for hit in hits:
        mine = _of(hit, beside.get(hit.sentence.id - 1), beside.get(hit.sentence.id + 1))
        new = [each for each in mine if (each.article.id, each.sentence.start) not in seen]
        seen.update((each.article.id, each.sentence.start) for each in new)
        found.append(new)
    return found


def _of(hit: Hit, before: Found | None, after: Found | None) -> Iterator[Hit]:
    # A sentence that leans on the one before it was read with that one already.
    if before is not None and _are_neighbors(before, hit) and not leans(hit.sentence.text):
        yield from _joined(hit, before.sentence.start, hit.sentence.end, before.context.before, hit.context.after)
    if after is not None and _are_neighbors(after, hit):
        yield from _joined(hit, hit.sentence.start, after.sentence.end, hit.context.before, after.context.after)


def _are_neighbors(one: Found, hit: Hit) -> bool:
    same_article = one.article.id == hit.article.id
    return same_article and abs(one.sentence.position - hit.sentence.position) == 1


def _joined(hit: Hit, start: int, end: int, before: str, after: str) -> Iterator[Hit]:
    if end - start <= LONGEST:
        sentence = replace(hit.sentence, start=start, end=end, text=hit.article.text[start:end])
        yield replace(hit, sentence=sentence, context=Context(before, after))


def _is_open(judgement: Judgement) -> bool:
    """Say whether the network alone left a sentence on no side, and no rule took it from one."""
    by_network = judgement.decided_by is DecidedBy.STANCE and not judgement.other_subject
    return by_network and judgement.stance is Stance.NEUTRAL


def _is_of_network(judgement: Judgement, asked: Asked) -> bool:
    """Say whether the network puts a passage on a side, and not for what somebody in it alleges or denies.

    The rules have had every sentence of it; of two together they would compare figures that belong to neither.
    """
    if judgement.stance is Stance.NEUTRAL or judgement.decided_by is not DecidedBy.STANCE:
        return False
    said = judgement.attribution
    return asked.speech is not None or said is None or said.act not in {Act.ALLEGES, Act.DENIES}


def _strength(judgement: Judgement | None) -> float:
    return judgement.scores.of(judgement.stance) if judgement else 0.0
