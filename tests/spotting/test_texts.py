"""Claim spotting in whole texts, by the totals that docs/measurements.md shows; see README.md here for the sets."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.spotting import PARTS, spotting, standing, texts

SHOWN = (Path(__file__).parents[2] / "docs" / "measurements.md").read_text("utf-8")


@pytest.mark.parametrize(("part", "precision", "recall"), [("dev", 0.9, 0.97), ("test", 0.8, 0.97)])
def test_claims_are_found_in_whole_texts(part: str, precision: float, recall: float) -> None:
    found = spotting(part)
    assert found.precision >= precision
    assert found.recall >= recall


@pytest.mark.parametrize("part", PARTS)
def test_no_claim_gets_a_wrong_name(part: str) -> None:
    found = standing(part)
    assert (found.misnamed, found.stayed) == (0, found.to_stay)
    assert found.named >= 0.6 * found.to_name


def test_the_page_says_what_is_measured() -> None:
    for part in PARTS:
        found, named = spotting(part), standing(part)
        left = named.to_name - named.named - named.misnamed
        row = (
            f"| {part} | {found.sentences} | {found.claims} | {found.precision:.2f} | {found.recall:.2f} "
            f"| {named.named}, {named.misnamed}, {left} of {named.to_name} | {named.stayed} of {named.to_stay} |"
        )
        assert row in SHOWN


def test_the_set_is_balanced_and_large_enough() -> None:
    rows = [gold for part in PARTS for text in texts(part) for gold in text if gold]
    assert len(rows) >= 150
    assert {"opinion", "question", "greeting", "furniture", "forecast", "instruction", "wish", "fragment"} <= {
        gold.kind for gold in rows
    }
    assert 0.4 <= sum(gold.is_claim for gold in rows) / len(rows) <= 0.6
    assert sum(standing(part).to_name + standing(part).to_stay for part in PARTS) >= 40
