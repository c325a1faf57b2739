"""An older figure is superseded by a newer one; two accounts of the same hours are not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from service.checking.timeline import trace
from service.domain import Article, Context, Hit, Judgement, Sentence, Stance, StanceScores, Value

FIRST = datetime(2026, 5, 4, 8, tzinfo=UTC)
CLAIM = "The crane injured 8 people."


def judgement(
    number: int, text: str, value: float, stance: Stance, after: timedelta, unit: str = "injuries"
) -> Judgement:
    article = Article(f"a{number}", "Crane falls in Orben", text, "Orben Post", None, FIRST + after)
    hit = Hit(Sentence(number, article.id, 0, 0, len(text), text), article, Context("", ""), 0.7)
    figure = Value(f"{value:g}", value, unit, 0, 2)
    return Judgement(hit, stance, StanceScores(0.5, 0.5, 0.0), figures=(figure,))


def test_a_count_that_grew_is_superseded() -> None:
    old = judgement(1, "The crane injured 8 people.", 8, Stance.SUPPORTS, timedelta())
    new = judgement(2, "Eleven people are injured.", 11, Stance.CONFLICTS, timedelta(days=1))
    traced = trace(CLAIM, [new, old])
    assert [j.superseded_by and j.superseded_by.value for j in traced.judgements] == [None, 11]
    assert [(point.value, point.as_of) for point in traced.timeline] == [(8, FIRST), (11, FIRST + timedelta(days=1))]


def test_two_accounts_of_the_same_hours_stand_side_by_side() -> None:
    one = judgement(1, "The crane injured 8 people.", 8, Stance.SUPPORTS, timedelta())
    other = judgement(2, "Eleven people are injured.", 11, Stance.CONFLICTS, timedelta(hours=5))
    traced = trace(CLAIM, [one, other])
    assert not any(j.superseded_by for j in traced.judgements)
    assert traced.timeline == ()


def test_a_smaller_later_count_needs_a_word_of_revision() -> None:
    high = judgement(1, "Eleven people were injured.", 11, Stance.SUPPORTS, timedelta())
    low = judgement(2, "Eight people were hurt.", 8, Stance.CONFLICTS, timedelta(days=1))
    revised = judgement(3, "The hospital revised the number of injured to 8.", 8, Stance.CONFLICTS, timedelta(days=1))
    assert not any(j.superseded_by for j in trace(CLAIM, [high, low]).judgements)
    assert trace(CLAIM, [high, revised]).judgements[0].superseded_by is not None


def test_other_units_do_not_meet() -> None:
    old = judgement(1, "The repair costs 8 million euros.", 8e6, Stance.SUPPORTS, timedelta(), "euros")
    new = judgement(2, "The cost has risen to 9 million dollars.", 9e6, Stance.CONFLICTS, timedelta(days=2), "dollars")
    assert not any(j.superseded_by for j in trace(CLAIM, [old, new]).judgements)


def test_a_neutral_sentence_supersedes_nothing() -> None:
    old = judgement(1, "The crane injured 8 people.", 8, Stance.SUPPORTS, timedelta())
    new = judgement(2, "Eleven people are injured.", 11, Stance.NEUTRAL, timedelta(days=1))
    assert trace(CLAIM, [old, new]).judgements[0].superseded_by is None


def test_a_rounder_newer_figure_replaces_nothing() -> None:
    old = judgement(1, "The crane injured 144 people.", 144, Stance.SUPPORTS, timedelta())
    new = judgement(2, "Nearly 150 people are injured.", 150, Stance.SUPPORTS, timedelta(days=1))
    rounder = replace(new, figures=(Value("Nearly 150", 150, "injuries", 0, 10),))
    assert not any(j.superseded_by for j in trace(CLAIM, [old, rounder]).judgements)


def test_a_sentence_that_tells_of_the_change_is_a_timeline() -> None:
    text = "The number of injured, initially given as 8, has since risen to 11."
    told = judgement(1, text, 11, Stance.CONFLICTS, timedelta())
    assert [(point.value, point.as_of) for point in trace(CLAIM, [told]).timeline] == [(8, None), (11, FIRST)]
    assert trace(CLAIM, [replace(told, stance=Stance.NEUTRAL)]).timeline == ()


def test_the_same_outlets_newer_figure_replaces_its_older_one() -> None:
    old = judgement(1, "The bridge will cost 8 million euros.", 8e6, Stance.SUPPORTS, timedelta(), "euros")
    new = judgement(2, "The bridge will cost 9 million euros.", 9e6, Stance.CONFLICTS, timedelta(days=9), "euros")
    assert trace(CLAIM, [old, new]).judgements[0].superseded_by is not None
    elsewhere = replace(new, hit=replace(new.hit, article=replace(new.hit.article, publisher="Lindow Echo")))
    assert trace(CLAIM, [old, elsewhere]).judgements[0].superseded_by is None


def test_an_agreeing_sentence_that_the_network_doubts_is_superseded_too() -> None:
    old = replace(judgement(1, "It put the area at 8 acres.", 8, Stance.NEUTRAL, timedelta(), "acres"), agrees=True)
    new = judgement(2, "The blaze has spread to 11 acres.", 11, Stance.CONFLICTS, timedelta(days=1), "acres")
    marked, _ = trace(CLAIM, [old, new]).judgements
    assert (marked.stance, marked.superseded_by and marked.superseded_by.value) == (Stance.SUPPORTS, 11)


def test_a_figure_that_held_before_supports_nothing_of_now() -> None:
    text = "On Monday it had been 8 acres."
    past = replace(judgement(1, text, 8, Stance.SUPPORTS, timedelta(days=1), "acres"), left_behind=True)
    assert trace(CLAIM, [past]).judgements[0].stance is Stance.NEUTRAL
    now = judgement(2, "It covers 11 acres.", 11, Stance.CONFLICTS, timedelta(days=1), "acres")
    marked, _ = trace(CLAIM, [past, now]).judgements
    assert marked.superseded_by is not None and marked.superseded_by.value == 11


def test_a_claim_of_its_time_is_not_outdated() -> None:
    old = judgement(1, "The blaze covers 8 acres.", 8, Stance.SUPPORTS, timedelta(), "acres")
    new = judgement(2, "The blaze has spread to 11 acres.", 11, Stance.CONFLICTS, timedelta(days=1), "acres")
    assert trace("The blaze covers 8 acres.", [old, new]).judgements[0].superseded_by is not None
    assert trace("By Monday the blaze covered 8 acres.", [old, new]).judgements[0].superseded_by is None


def test_a_claim_about_the_first_figure_is_not_outdated() -> None:
    old = judgement(1, "The crane injured 8 people.", 8, Stance.SUPPORTS, timedelta())
    new = judgement(2, "Eleven people are injured.", 11, Stance.NEUTRAL, timedelta(days=1))
    assert not any(j.superseded_by for j in trace("The number of injured was first put at 8.", [old, new]).judgements)


def test_a_figure_of_another_subject_supersedes_nothing() -> None:
    old = judgement(1, "The crane injured 8 people.", 8, Stance.SUPPORTS, timedelta())
    new = judgement(2, "Cranes have injured 40 people this year.", 40, Stance.NEUTRAL, timedelta(days=1))
    new = replace(new, scores=StanceScores(0.05, 0.85, 0.1), other_subject=True)
    assert trace(CLAIM, [old, new]).judgements[0].superseded_by is None
    assert trace(CLAIM, [old, replace(new, other_subject=False)]).judgements[0].superseded_by is not None


def test_what_supersedes_a_figure_is_placed_in_its_own_article() -> None:
    old = judgement(1, "The crane injured 8 people.", 8, Stance.SUPPORTS, timedelta())
    new = judgement(2, "Eleven people are injured.", 11, Stance.CONFLICTS, timedelta(days=1))
    marked = trace(CLAIM, [old, new]).judgements[0].superseding
    assert marked is not None
    assert (marked.value.value, marked.article) == (11, new.hit.article)
