"""The measurement itself: figures worked out by hand, and the stage that lost a claim."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from service.api.example import REPORT
from service.domain import (
    Article,
    Context,
    Evidence,
    Hit,
    Judgement,
    Origin,
    Report,
    Sentence,
    Stance,
    StanceScores,
    Verdict,
)
from service.errors import ReadingError
from service.evaluation import GoldClaim, Outcome, Passage, judge_outcome, read_claims, read_corpus, score

TEXT = "The kiln cooled overnight. Potters opened it at six. Two bowls had cracked."


def report(verdict: Verdict, *seen: tuple[str, Stance]) -> Report:
    article = Article("kiln", "Kiln", TEXT)
    shown = []
    for words, stance in seen:
        start = TEXT.index(words)
        sentence = Sentence(start, "kiln", 0, start, start + len(words), words)
        judgement = Judgement(Hit(sentence, article, Context("", ""), 0.5), stance, StanceScores(0.4, 0.3, 0.3))
        shown.append(Evidence(judgement, Origin("o", "Own"), None))
    evidence = tuple(e for e in shown if e.judgement.stance is not Stance.NEUTRAL)
    related = tuple(e for e in shown if e.judgement.stance is Stance.NEUTRAL)
    ruling = replace(REPORT.ruling, verdict=verdict)
    return replace(REPORT, ruling=ruling, evidence=evidence, related=related, excluded=())


def gold(verdict: Verdict, *contains: str, accept: tuple[Verdict, ...] = ()) -> GoldClaim:
    stance = Stance.SUPPORTS if verdict is Verdict.SUPPORTED else Stance.CONFLICTS
    passages = tuple(Passage("kiln", words, stance) for words in contains)
    return GoldClaim("A claim about the kiln.", verdict, frozenset({verdict, *accept}), passages)


CRACKED, OPENED = "Two bowls had cracked.", "Potters opened it at six."


@pytest.mark.parametrize(
    ("wanted", "given", "fault"),
    [
        (gold(Verdict.SUPPORTED, CRACKED), report(Verdict.SUPPORTED, (CRACKED, Stance.SUPPORTS)), ""),
        (
            gold(Verdict.SUPPORTED, CRACKED),
            report(Verdict.NOT_ENOUGH_EVIDENCE, (OPENED, Stance.NEUTRAL)),
            "not_retrieved",
        ),
        (
            gold(Verdict.SUPPORTED, CRACKED),
            report(Verdict.NOT_ENOUGH_EVIDENCE, (CRACKED, Stance.NEUTRAL)),
            "wrong_stance",
        ),
        (gold(Verdict.SUPPORTED, CRACKED), report(Verdict.DISPUTED, (CRACKED, Stance.SUPPORTS)), "wrong_aggregation"),
        (
            gold(Verdict.REFUTED, CRACKED, accept=(Verdict.DISPUTED,)),
            report(Verdict.DISPUTED, (CRACKED, Stance.SUPPORTS)),
            "",
        ),
        (gold(Verdict.NOT_ENOUGH_EVIDENCE), report(Verdict.REFUTED, (OPENED, Stance.CONFLICTS)), "wrong_stance"),
    ],
)
def test_the_first_stage_that_lost_a_claim_is_named(wanted: GoldClaim, given: Report, fault: str) -> None:
    assert judge_outcome(wanted, given).fault == fault


def test_a_passage_of_two_sentences_is_found_by_the_one_that_holds_half_of_it() -> None:
    both = f"{OPENED}\n{CRACKED}"
    assert (
        judge_outcome(
            gold(Verdict.SUPPORTED, both), report(Verdict.SUPPORTED, (OPENED, Stance.SUPPORTS))
        ).passages_judged
        == 1
    )


def test_the_figures_are_those_worked_out_by_hand() -> None:
    outcomes: list[Outcome] = [
        judge_outcome(gold(Verdict.SUPPORTED, CRACKED, OPENED), report(Verdict.SUPPORTED, (CRACKED, Stance.SUPPORTS))),
        judge_outcome(gold(Verdict.SUPPORTED, CRACKED), report(Verdict.REFUTED, (CRACKED, Stance.CONFLICTS))),
        judge_outcome(gold(Verdict.REFUTED, OPENED), report(Verdict.SUPPORTED)),
        judge_outcome(gold(Verdict.REFUTED), report(Verdict.REFUTED)),
    ]
    figures = score(outcomes)
    assert figures.verdict_accuracy == 0.5
    assert figures.recall_at_10 == 0.5  # two of four passages
    assert figures.stance_accuracy == 0.5  # one of those two
    assert figures.false_conflict_rate == 0.5  # one of the two supported claims
    assert figures.false_support_rate == 0.5  # one of the two refuted claims
    assert figures.verdict_macro_f1 == 0.5  # each of the two verdicts: 1 right, 1 missed, 1 too many
    assert figures.stages == {"wrong_stance": 1, "not_retrieved": 1}
    assert figures.confusion == {"supported": {"supported": 1, "refuted": 1}, "refuted": {"supported": 1, "refuted": 1}}


def test_nothing_measured_is_no_figure() -> None:
    figures = score([])
    assert (figures.claims, figures.verdict_accuracy, figures.verdict_macro_f1, figures.recall_at_10) == (
        0,
        *[None] * 3,
    )


@pytest.mark.parametrize(
    "line", ["{", "[1]", '{"claim": "x"}', '{"claim": "x", "verdict": "maybe", "evidence": []}', '{"id": 1}']
)
def test_a_bad_line_is_a_reading_error_that_names_the_file(tmp_path: Path, line: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(ReadingError, match=r"rows\.jsonl"):
        read_claims(path)


@pytest.mark.parametrize(
    "line",
    [
        "{",
        '{"id": 1}',
        '{"id": 1, "title": "T", "text": "X.", "published_at": "soon"}',
        "[1]",
    ],
)
def test_a_bad_article_is_a_reading_error_that_names_the_file(tmp_path: Path, line: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(ReadingError, match=r"rows\.jsonl"):
        read_corpus(path)
