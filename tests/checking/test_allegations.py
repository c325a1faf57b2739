"""What a party alleges is put so that it can be held against a claim."""

from __future__ import annotations

import pytest

from service.checking.allegations import alleged, denied, named_in
from service.checking.attribution import reported
from service.checking.judging import Judge
from service.domain import Query
from tests.checking.test_judging_layers import SUPPORTS, AnyStance, _hit


def told(sentence: str, claim: str = "The mill is unsafe.") -> str | None:
    found = reported(sentence)
    assert found is not None
    return alleged(sentence, found, named_in(claim))


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The union alleged that the mill had cut safety checks.", "The mill had cut safety checks."),
        ("The union accused Tormal of having ignored a warning.", "Tormal had ignored a warning."),
        ("The union accuses Tormal of hiding two reports.", "Tormal is hiding two reports."),
    ],
)
def test_the_network_reads_what_is_alleged(sentence: str, expected: str) -> None:
    assert told(sentence) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "The union said that the mill had cut safety checks.",  # a report
        "The union alleged fraud.",  # no statement
    ],
)
def test_other_speech_is_read_whole(sentence: str) -> None:
    found = reported(sentence)
    assert found is None or alleged(sentence, found, frozenset()) is None


def test_a_claim_about_who_alleges_is_held_against_the_whole_sentence() -> None:
    sentence = "The Harl Echo alleged that the mill had cut safety checks."
    assert told(sentence, "The Harl Echo reported on safety checks.") is None
    assert told(sentence, "The mill in Lindow cut safety checks.") == "The mill had cut safety checks."


def test_an_allegation_stays_one() -> None:
    seen: list[tuple[str, str]] = []

    class Seeing(AnyStance):
        def judge(self, pairs):  # type: ignore[no-untyped-def]
            seen.extend(pairs)
            return super().judge(pairs)

    sentence = "The union alleged that the mill had cut safety checks."
    (result,) = Judge(Seeing(SUPPORTS)).judge(Query("The mill cut safety checks."), [_hit(1, sentence)])
    assert seen[0][0].endswith("The mill had cut safety checks.")
    assert result.attribution is not None
    assert result.attribution.act.value == "alleges"


@pytest.mark.parametrize(
    ("content", "speaker", "expected"),
    [
        ("having paid anything", "Tormal", "Tormal had paid something."),
        ("taking more than it may", "the mill's owner", "The mill's owner is taking more than it may."),
        ("it had cut spending", "the Harl group", "The Harl group had cut spending."),
        ("a rumor that she had sold shares", "She", "She had sold shares."),
        ("claims that it hid a report", "Tormal", "Tormal hid a report."),
        ("that any of its wagons was defective", "Tormal", "That some of its wagons was defective."),
        ("the evacuation came too late", "the governor", "The evacuation came too late."),
        ("anything of the kind", "Tormal", "Something of the kind."),
    ],
)
def test_what_is_denied_is_put_as_the_statement_that_it_would_be(content: str, speaker: str, expected: str) -> None:
    assert denied(content, speaker) == expected
