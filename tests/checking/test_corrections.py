"""What an outlet has corrected no longer counts in its older reports; other outlets stand by theirs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.checking.corrections import without_corrected
from service.domain import Article, Context, Hit, Judgement, Sentence, Stance, StanceScores

DAY = datetime(2026, 5, 4, 8, tzinfo=UTC)
OLD = "The weir at Orben was built in 1974."
NEW = "The weir was built in 1964, not in 1974."


def judgement(
    number: int, text: str, days: int, publisher: str | None = "Orben Post", title: str = "Weir", before: str = ""
) -> Judgement:
    article = Article(f"a{number}", title, text, publisher, None, DAY + timedelta(days=days))
    hit = Hit(Sentence(number, article.id, 0, 100, 100 + len(text), text), article, Context(before, ""), 0.7)
    return Judgement(hit, Stance.SUPPORTS, StanceScores(0.8, 0.1, 0.1))


def corrected(*judgements: Judgement) -> list[str | float | None]:
    return [j.superseded_by.value if j.superseded_by else None for j in without_corrected(judgements)]


CORRECTION = judgement(2, NEW, 3, title="Correction: age of the weir")


def test_the_value_taken_back_is_superseded_by_the_one_in_its_place() -> None:
    old, correction = without_corrected([judgement(1, OLD, 0), CORRECTION])
    assert (old.stance, correction.stance) == (Stance.NEUTRAL, Stance.SUPPORTS)
    assert old.superseded_by is not None
    assert (old.superseded_by.text, old.superseded_by.value) == ("1964", "1964-01-01/1964-12-31")
    assert old.superseded_by.start == 100 + NEW.index("1964")
    assert correction.superseded_by is None


@pytest.mark.parametrize(
    "other",
    [
        judgement(1, OLD, 0, publisher="Coast Radio"),
        judgement(1, OLD, 0, publisher=None),
        judgement(1, OLD, 5),
        judgement(1, "The weir at Orben was built in 1975.", 0),
        judgement(1, "The school of Lindow opened in 1974.", 0),
    ],
    ids=["another outlet", "no outlet", "a later report", "another year", "another subject"],
)
def test_what_it_does_not_concern_stays(other: Judgement) -> None:
    assert corrected(other, CORRECTION) == [None, None]


@pytest.mark.parametrize(
    ("title", "before", "is_one"),
    [
        ("Weir", "In our report of May 4 we gave the wrong year.", True),
        ("Clarification", "", True),
        ("Weir", "An earlier version of this article named another year.", True),
        ("Weir", "The mayor was glad.", False),
    ],
)
def test_a_correction_says_that_it_is_one(title: str, before: str, is_one: bool) -> None:
    found = corrected(judgement(1, OLD, 0), judgement(2, NEW, 3, title=title, before=before))
    assert (found[0] is not None) == is_one


def test_figures_are_taken_back_too() -> None:
    old = judgement(1, "The repair of the weir costs 8 million euros.", 0)
    new = judgement(2, "The repair costs 3 million euros, not 8 million euros.", 1, title="Correction")
    assert corrected(old, new) == [3e6, None]


def test_without_a_correction_nothing_changes() -> None:
    judgements = [judgement(1, OLD, 0), replace(judgement(2, NEW, 3))]
    assert without_corrected(judgements) == tuple(judgements)
