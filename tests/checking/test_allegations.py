"""What a party alleges is put so that it can be held against a claim."""

from __future__ import annotations

import pytest

from service.checking.allegations import alleged, denied, named_in
from service.checking.attribution import reported
from service.checking.judging import Judge
from service.domain import Act, Judgement, Query
from tests.checking.test_judging_layers import SUPPORTS, TITLE, AnyStance, _hit


def judged(claim: str, sentence: str) -> tuple[tuple[str, str], Judgement]:
    """Return what the network was given, and the judgement."""
    seen: list[tuple[str, str]] = []

    class Seeing(AnyStance):
        def judge(self, pairs):  # type: ignore[no-untyped-def]
            seen.extend(pairs)
            return super().judge(pairs)

    (result,) = Judge(Seeing(SUPPORTS)).judge(Query(claim), [_hit(1, sentence)])
    return seen[0], result


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
    (read, _), result = judged("The mill cut safety checks.", "The union alleged that the mill had cut safety checks.")
    assert read.endswith("The mill had cut safety checks.")
    assert result.attribution is not None
    assert result.attribution.act is Act.ALLEGES


@pytest.mark.parametrize(
    ("claim", "sentence", "expected"),
    [
        (
            "The mill is safe, Joan Pike maintains.",
            "Joan Pike insisted that the mill had passed all tests.",
            ("The mill had passed all tests.", "The mill is safe."),
        ),
        (
            "Pike disputes that the mill was unsafe.",
            "Joan Pike denied having left the mill in a bad state.",
            ("Joan Pike had left the mill in a bad state.", "The mill was unsafe."),
        ),
    ],
)
def test_what_one_is_said_to_say_is_held_against_what_that_one_says(
    claim: str, sentence: str, expected: tuple[str, str]
) -> None:
    (read, against), _ = judged(claim, sentence)
    assert (read.removeprefix(f"{TITLE}. "), against) == expected


@pytest.mark.parametrize(
    "sentence", ["Karl Holm said that the mill had passed all tests.", "Joan Pike denied that the mill was safe now."]
)
def test_what_another_says_or_one_denies_is_held_against_the_whole_claim(sentence: str) -> None:
    claim = "The mill is safe, Joan Pike maintains."
    (_, against), _ = judged(claim, sentence)
    assert against == claim


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
        ("it hid a report", r"Tor\1mal\g", r"Tor\1mal\g hid a report."),
        ("anything of the kind", "Tormal", "Something of the kind."),
    ],
)
def test_what_is_denied_is_put_as_the_statement_that_it_would_be(content: str, speaker: str, expected: str) -> None:
    assert denied(content, speaker) == expected
