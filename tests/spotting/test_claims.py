"""Claim spotting, measured on sentences written for it: one half to set the rules by, the other to measure."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.spotting.claims import Reason, reason_against, spot
from service.spotting.standing import stand_alone

ROWS = [
    tuple(line.split("\t"))
    for line in Path(__file__).with_name("sentences.tsv").read_text("utf-8").splitlines()
    if line
]


@pytest.mark.parametrize(("part", "least"), [("dev", 0.95), ("test", 0.9)])
def test_claims_are_told_from_what_is_none(part: str, least: float) -> None:
    """Precision and recall of "is a claim"; on the day it was written 0.97 and 1.0 on both halves."""
    rows = [(kind == "claim", reason_against(text) is None) for name, kind, text in ROWS if name == part]
    assert len(rows) >= 60
    right = sum(gold and found for gold, found in rows)
    assert right / sum(found for _, found in rows) >= least
    assert right / sum(gold for gold, _ in rows) >= least


def test_most_reasons_are_the_right_ones() -> None:
    rows = [(kind, reason_against(text)) for _, kind, text in ROWS if kind != "claim"]
    right = sum(found is not None and found.value == kind for kind, found in rows)
    assert right / len(rows) >= 0.85


def test_offsets_are_of_the_text_that_was_sent() -> None:
    text = "Dear all,\n\nThe 🚢 sank off Lund. Who knew?  Nobody was hurt in the collision."
    found = list(spot(text))
    assert [text[each.span.start : each.span.end] for each in found] == [each.sentence for each in found]
    assert [each.reason for each in found if each.reason] == [Reason.GREETING, Reason.QUESTION]
    assert [each.checked_as for each in found if each.checked_as] == [
        "The 🚢 sank off Lund.", "Nobody was hurt in the collision.",
    ]  # fmt: skip


@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    for each in spot(text):
        assert text[each.span.start : each.span.end] == each.sentence
        assert (each.checked_as is None) != (each.reason is None)


@pytest.mark.parametrize(
    ("before", "sentence", "alone"),
    [
        ("Marta Quill leads the union.", "She was arrested on Friday.", "Marta Quill was arrested on Friday."),
        ("Marta Quill met Oren Vass.", "She was arrested on Friday.", "She was arrested on Friday."),
        ("Tessel Group makes pumps.", "The company lost 4 million euros.", "Tessel Group lost 4 million euros."),
        ("Norvik Bank closed 12 branches.", "It rained all day in the capital.", "It rained all day in the capital."),
        ("Norvik Bank closed 12 branches.", "They were in Lund.", "They were in Lund."),
        ("Green Street was closed after the flood.", "She was rescued.", "She was rescued."),
        ("The Harbor Times reported the deal.", "The company lost 4 million.", "The company lost 4 million."),
        ("Marta Quill said Oren's brother was ill.", "He died on Friday.", "He died on Friday."),
        ("Kelmouth voted on Sunday.", "It was the highest turnout.", "It was the highest turnout."),
        ("Tessel Group sued Orbis Motors.", "The company lost the case.", "The company lost the case."),
        ("Marta Quill spoke in Lund.", "Her speech lasted two hours.", "Marta Quill’s speech lasted two hours."),
        ("The Norvik Bank is closing branches.", "Its shares rose.", "Its shares rose."),
        ("It rained all day.", "It was the wettest day of the year.", "It was the wettest day of the year."),
        ("", "He was freed.", "He was freed."),
        ("Marta Quill leads the union.", "She’s in Lund.", "She’s in Lund."),
    ],
)
def test_a_claim_is_named_only_where_that_is_sure(before: str, sentence: str, alone: str) -> None:
    assert stand_alone(sentence, [before] if before else []) == alone


@pytest.mark.parametrize(
    "claim",
    [
        "Seven people died.", "I was born in Kelmouth in 1961.", "We carried 2 million people in 2025.",
        "Perhaps 40 people were on board.", "May was the warmest month since 1961.", "Help arrived after 40 minutes.",
        "Order was restored by noon.", "Visit numbers doubled in 2025.",
        "Dear food prices drove inflation to 6 percent.", "Ferry strikes breakwater", "They meet on Friday.",
        "The bill would have banned the sale of eels.", "The bridge will be closed in two years.",
        "The patient is in poor health.", "The drug can be bought at any pharmacy.",
        "The harvest was better than usual.",
        "The union insists that a second guard would have seen the smoke.",
    ],
)  # fmt: skip
def test_a_claim_that_begins_like_something_else_is_one(claim: str) -> None:
    assert reason_against(claim) is None
