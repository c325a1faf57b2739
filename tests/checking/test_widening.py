"""Where no sentence settles a claim by itself, two that stand side by side may."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from service.checking.judging import Policy
from service.checking.pacing import Budget
from service.checking.pipeline import Pipeline, Tuning
from service.checking.widening import LONGEST, passages
from service.corpus.store import Store
from service.domain import Article, Hit, Query, Report, StanceScores, Verdict
from tests.support import FakeEmbedder, FakeStance, embed, put

TEXT = (
    "The Sarn mountain rescue has its hut at 2,100 meters. A second team left for the hut at noon on Friday. "
    "Snow stopped that team an hour below the hut. The village shop was open all day."
)
CLAIM = Query("Snow kept the team that set out at noon from reaching the hut.")


class Joined(FakeStance):
    """Is sure of a text that holds all the words given, and of nothing else; notes what it reads."""

    def __init__(self, *words: str, side: str = "supports", sure: float = 0.9) -> None:
        super().__init__()
        self.words, self.side, self.sure = words, side, sure
        self.calls: list[list[str]] = []

    def judge(self, pairs: Sequence[tuple[str, str]]) -> list[StanceScores]:
        self.calls.append([text for text, _ in pairs])
        return [self._of(text) for text, _ in pairs]

    def _of(self, text: str) -> StanceScores:
        if not all(word in text for word in self.words):
            return StanceScores(0.1, 0.1, 0.8)
        rest = (1 - self.sure) / 2
        scores = {"supports": rest, "conflicts": rest} | {self.side: self.sure}
        return StanceScores(**scores, neutral=rest)


def pipeline(store: Store, stance: FakeStance, *texts: str, policy: Policy | None = None) -> Pipeline:
    put(
        store,
        *(
            Article(f"a{n}", "Rescue at Sarn", text, f"Outlet {n}", None, datetime(2026, 1, n + 1, tzinfo=UTC))
            for n, text in enumerate(texts or (TEXT,))
        ),
    )
    embedder = FakeEmbedder()
    tuning = Tuning(policy=policy or Policy())
    return Pipeline(store, embed(store, embedder), embedder, stance, tuning)


def check(store: Store, stance: FakeStance, *texts: str, policy: Policy | None = None) -> Report:
    return pipeline(store, stance, *texts, policy=policy).check(CLAIM)


def test_two_neighbors_settle_what_neither_does_alone(store: Store) -> None:
    report = check(store, Joined("at noon", "Snow stopped"))
    assert report.ruling.verdict is Verdict.SUPPORTED
    (evidence,) = report.evidence
    hit = evidence.judgement.hit
    assert hit.sentence.text == (
        "A second team left for the hut at noon on Friday. Snow stopped that team an hour below the hut."
    )
    assert hit.article.text[hit.sentence.start : hit.sentence.end] == hit.sentence.text
    assert hit.context.before.startswith("The Sarn mountain rescue")
    assert hit.context.after.startswith("The village shop")


def test_a_sentence_of_the_passage_is_not_shown_again_as_open(store: Store) -> None:
    report = check(store, Joined("at noon", "Snow stopped"))
    related = {evidence.judgement.hit.sentence.text for evidence in report.related}
    assert related == {
        "The Sarn mountain rescue has its hut at 2,100 meters.",
        "The village shop was open all day.",
    }


def test_nothing_is_read_twice_where_one_sentence_settles_the_claim(store: Store) -> None:
    stance = Joined("Snow stopped")
    report = check(store, stance)
    assert report.ruling.verdict is Verdict.SUPPORTED
    assert len(stance.calls) == 1
    assert [e.judgement.hit.sentence.text for e in report.evidence] == ["Snow stopped that team an hour below the hut."]


def test_a_passage_needs_more_than_a_sentence(store: Store) -> None:
    needed = FakeStance().thresholds.supports + Policy().doubt_of_two
    unsure = check(store, Joined("at noon", "Snow stopped", sure=needed - 0.01))
    assert unsure.ruling.verdict is Verdict.NOT_ENOUGH_EVIDENCE


def test_it_may_conflict_too(store: Store) -> None:
    assert check(store, Joined("at noon", "Snow stopped", side="conflicts")).ruling.verdict is Verdict.REFUTED


def test_what_somebody_alleges_in_a_passage_settles_nothing(store: Store) -> None:
    text = (
        "A second team left for the hut at noon on Friday. The union alleged that snow stopped that team below the hut."
    )
    report = check(store, Joined("at noon", "snow stopped"), text)
    assert report.ruling.verdict is Verdict.NOT_ENOUGH_EVIDENCE


def test_it_can_be_switched_off(store: Store) -> None:
    stance = Joined("at noon", "Snow stopped")
    assert check(store, stance, policy=Policy(widened=0)).ruling.verdict is Verdict.NOT_ENOUGH_EVIDENCE
    assert len(stance.calls) == 1


def test_it_is_left_out_where_the_time_is_spent(store: Store) -> None:
    stance = Joined("at noon", "Snow stopped")
    now = iter(range(0, 1000, 10))
    ready = pipeline(store, stance)
    timed = Pipeline(store, ready._index, FakeEmbedder(), stance, budget=Budget(15.0, lambda: float(next(now))))
    assert timed.check(CLAIM).ruling.verdict is Verdict.NOT_ENOUGH_EVIDENCE
    assert len(stance.calls) == 1


def hit_of(store: Store, number: int) -> Hit:
    found = list(store.found(list(range(1, 30))).values())[number]
    return Hit(found.sentence, found.article, found.context, 0.7)


def test_a_passage_stands_in_one_article(store: Store) -> None:
    pipeline(store, FakeStance(), "The only sentence of this article.", "The only sentence of another article.")
    assert passages(store, [hit_of(store, 0), hit_of(store, 1)]) == [[], []]


def test_each_passage_is_read_once(store: Store) -> None:
    pipeline(store, FakeStance())
    (first, second) = passages(store, [hit_of(store, 1), hit_of(store, 2)])
    assert [hit.sentence.text[:8] for hit in first] == ["The Sarn", "A second"]
    assert [hit.sentence.text[:8] for hit in second] == ["Snow sto"]


def test_a_sentence_that_leans_was_read_with_the_one_before_it(store: Store) -> None:
    pipeline(
        store, FakeStance(), "A team left at noon on Friday. It reached the hut at night. All of them slept there."
    )
    (found,) = passages(store, [hit_of(store, 1)])
    assert [hit.sentence.text for hit in found] == ["It reached the hut at night. All of them slept there."]


def test_a_passage_that_is_too_long_is_not_read(store: Store) -> None:
    long = "The second team " + "went on " * (LONGEST // 8) + "until it was stopped."
    pipeline(store, FakeStance(), f"The hut was open on Friday. {long}")
    assert passages(store, [hit_of(store, 0)]) == [[]]


def test_a_neighbor_in_another_article_is_none(store: Store) -> None:
    pipeline(store, FakeStance())
    hit = hit_of(store, 1)
    assert passages(store, [replace(hit, article=replace(hit.article, id="another"))]) == [[]]
