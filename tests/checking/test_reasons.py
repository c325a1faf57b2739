"""Every verdict explains itself in a sentence that an editor can quote."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count as numbers

import pytest

from service.checking.differences import compare
from service.checking.reasons import explain
from service.checking.verdict import Vote, count
from service.domain import (
    Act,
    Article,
    Attribution,
    Context,
    Coverage,
    Evidence,
    Hit,
    Judgement,
    Origin,
    Sentence,
    Stance,
    StanceScores,
    Value,
)

FOR, AGAINST = Stance.SUPPORTS, Stance.CONFLICTS
SCORES = StanceScores(0.5, 0.5, 0.0)
COVERAGE = Coverage(4, 60, None, None)
_number = numbers()


def evidence(
    stance: Stance,
    origin: str = "Orun Radio",
    said: tuple[str, Act] | None = None,
    article: str = "a",
    claim: str = "",
    text: str = "It is so.",
) -> Evidence:
    page = Article(article, "Fire in Orun", text, origin, None, datetime(2026, 5, 4, tzinfo=UTC))
    hit = Hit(Sentence(next(_number), article, 0, 0, len(text), text), page, Context("", ""), 0.7)
    found = compare(claim, text, page.published_at)
    return Evidence(
        Judgement(
            hit,
            stance,
            SCORES,
            differences=found.differences,
            attribution=Attribution(*said) if said else None,
        ),
        Origin(origin, origin),
        None,
    )


def why(*items: Evidence) -> str:
    votes = [
        Vote(
            item.origin.id,
            (item.judgement.hit.article.id,),
            item.judgement.stance,
            0.9,
            item.judgement.attribution.act if item.judgement.attribution else None,
        )
        for item in items
    ]
    return explain(count(votes), items, 10, COVERAGE)


def test_support_names_its_origins() -> None:
    assert why(evidence(FOR), evidence(FOR, "Harl Eye", article="b")) == (
        "Two independent origins, Orun Radio and Harl Eye, in 2 articles, support the claim; none conflicts with it."
    )


def test_an_article_of_unknown_outlet_is_named_by_its_title_in_quotes() -> None:
    assert "origin, “Fire at the mill leaves nine dead”, in" in why(evidence(FOR, "Fire at the mill leaves nine dead"))


@pytest.mark.parametrize(
    ("claim", "text", "reason"),
    [
        (
            "Sixty people died.",
            "The fire killed at least 144 people.",
            "gives at least 144 deaths; the claim says sixty.",
        ),
        ("The bridge cost $4 million.", "The bridge cost $9 million.", "gives $9 million; the claim says $4 million."),
        ("The weir broke on May 3.", "The weir broke on May 4.", "gives May 4; the claim says May 3."),
        ("Nine goats were sold.", "Thirty goats were sold.", "gives thirty goats; the claim says nine."),
    ],
)
def test_a_difference_is_quoted(claim: str, text: str, reason: str) -> None:
    assert why(evidence(AGAINST, claim=claim, text=text)) == (
        f"One independent origin, Orun Radio, in 1 article, {reason}"
    )


def test_an_allegation_and_its_denial_are_named_even_in_one_report() -> None:
    alleged = evidence(FOR, said=("Russia", Act.ALLEGES)), evidence(FOR, said=("the Kremlin", Act.ALLEGES), article="b")
    denied = evidence(AGAINST, said=("Kyiv", Act.DENIES))
    assert why(*alleged, denied) == "Russia alleges it and Kyiv denies it; the indexed articles report both."


def test_several_parties_take_the_plural() -> None:
    alleged = evidence(FOR, said=("prosecutors", Act.ALLEGES))
    denied = evidence(AGAINST, said=("Ada Holm", Act.DENIES)), evidence(AGAINST, said=("her lawyer", Act.DENIES))
    assert why(alleged, *denied) == (
        "Prosecutors allege it and Ada Holm and her lawyer deny it; the indexed articles report both."
    )


def test_a_party_against_a_firm_source() -> None:
    charge = evidence(FOR, said=("the mayor", Act.ALLEGES))
    assert why(charge, evidence(AGAINST, "Harl Eye", article="b")) == (
        "The mayor alleges it; one independent origin, Harl Eye, in 1 article, conflicts with the claim."
    )


def test_versions_of_one_report_disagree_only_across_articles() -> None:
    both = evidence(FOR, "AFP"), evidence(AGAINST, "AFP", article="b")
    assert why(*both) == "Versions of one AFP report disagree: some support the claim, others conflict with it."
    assert why(evidence(FOR, "AFP"), evidence(AGAINST, "AFP")).startswith("A single article, of one AFP report, holds")


def test_an_allegation_or_a_denial_alone_is_not_enough() -> None:
    assert why(evidence(FOR, said=("unnamed sources", Act.ALLEGES))) == (
        "Only unnamed sources allege it in the indexed articles; no source confirms it."
    )
    assert why(evidence(AGAINST, said=("Kyiv", Act.DENIES))) == (
        "Only Kyiv denies it in the indexed articles; no source says that it is so."
    )


def test_an_outdated_figure_is_shown_with_the_newer_one_and_the_days() -> None:
    text = "The fire killed 58 people, up from 46."
    told = evidence(FOR, claim="The fire killed 46 people.", text=text)
    newer = told.judgement.differences[0].evidence
    item = Evidence(
        Judgement(told.judgement.hit, FOR, SCORES, differences=told.judgement.differences, superseded_by=newer),
        told.origin,
        None,
    )
    outdated = count([Vote("x", ("a",), FOR, 0.9, outdated=True)])
    assert explain(outdated, [item], 10, COVERAGE) == (
        "46 deaths was an earlier figure; it has since been replaced by 58 deaths (reported on 2026-05-04)."
    )


def test_two_articles_tell_when_each_figure_was_given() -> None:
    old = evidence(FOR, text="The fire killed 46 people.")
    new = evidence(AGAINST, text="The fire killed 58 people.", article="b")
    figures = Value("46", 46, "deaths", 0, 2), Value("58", 58, "deaths", 0, 2)
    first = Judgement(old.judgement.hit, FOR, SCORES, figures=figures[:1], superseded_by=figures[1])
    second = Judgement(new.judgement.hit, AGAINST, SCORES, figures=figures[1:])
    outdated = count([Vote("x", ("a",), FOR, 0.9, outdated=True)])
    shown = [Evidence(first, old.origin, None), Evidence(second, new.origin, None)]
    assert explain(outdated, shown, 10, COVERAGE) == (
        "46 deaths, reported on 2026-05-04, was an earlier figure; it has since been replaced by 58 deaths "
        "(reported on 2026-05-04)."
    )


def test_nothing_found_counts_what_was_read() -> None:
    nothing = count([])
    assert explain(nothing, [], 1, COVERAGE).startswith("The nearest sentence in the indexed articles neither")
    assert explain(nothing, [], 0, COVERAGE).startswith("No sentence")
    assert explain(nothing, [], 0, Coverage(0, 0, None, None)).startswith("No indexed article")
