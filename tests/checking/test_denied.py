"""What a text denies is not what it says: "built in 1964, not in 1974"."""

from __future__ import annotations

import pytest

from service.checking.differences import compare


@pytest.mark.parametrize(
    ("claim", "evidence", "differs", "agrees"),
    [
        ("The weir was built in 1974.", "The weir was built in 1964, not in 1974.", [("1974", "1964")], []),
        ("The weir was built in 1964.", "The weir was built in 1964, not in 1974.", [], [("1964", "1964")]),
        ("The weir was built in 1964, not 1974.", "The weir was built in 1964.", [], [("1964", "1964")]),
        ("The vote was held on Monday.", "The vote was held on Tuesday, not on Monday.", [("Monday", "Tuesday")], []),
        ("The blast killed 14 people.", "The blast killed 12 people, not 14.", [("14", "12")], []),
        ("The blast killed 12 people, not 14.", "The blast killed 12 people.", [], [("12", "12")]),
        ("The line opened in 1974.", "The line did not open until 1974.", [], [("1974", "1974")]),
    ],
)
def test_a_denied_value_is_not_one_that_is_given(
    claim: str, evidence: str, differs: list[tuple[str, str]], agrees: list[tuple[str, str]]
) -> None:
    found = compare(claim, evidence, None)
    assert [(d.claim.text, d.evidence.text) for d in found.differences] == differs
    assert [(pair.claim.text, pair.evidence.text) for pair in found.agreements] == agrees


def test_a_value_that_is_denied_with_none_in_its_place_is_compared() -> None:
    assert compare("The ferry left at 9:30 on 4 May.", "The ferry left, but not on 4 May.", None).unmatched_claim == ()
