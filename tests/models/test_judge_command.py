"""`wirecheck judge` writes one answer a line, in order, and nothing else to standard output."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from models.stance_model import OnnxStanceModel
from service.cli import main

PAIRS = [
    ("The tram line was closed after the flood.", "The tram line is running."),
    ("The tram line was closed after the flood.", "After the flood the tram line was closed."),
    ("A choir sang in the square.", "The tram line was closed."),
]


def _lines(pairs: list[tuple[str, str]]) -> list[str]:
    return [json.dumps({"premise": evidence, "hypothesis": claim}) for evidence, claim in pairs]


def test_answers_come_in_order_and_nothing_else(stance: OnnxStanceModel, tmp_path: Path):
    file = tmp_path / "pairs.jsonl"
    file.write_text("\n".join(_lines([*PAIRS, *PAIRS[::-1]])) + "\n\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["judge", str(file)])
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert rows[:3] == rows[:2:-1]
    for row, scores in zip(rows, stance.judge(PAIRS), strict=False):
        assert row == pytest.approx(
            {"supports": scores.supports, "conflicts": scores.conflicts, "neutral": scores.neutral}, abs=1e-6
        )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "Line 2 is not"),
        ('{"premise": "Rain."}', "Line 2 is not"),
        ('{"premise": "Rain.", "hypothesis": 7}', "Line 2: premise and hypothesis must be strings"),
        ("[]", "Line 2 is not"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_answered(stance: OnnxStanceModel, tmp_path: Path, line: str, said: str):
    file = tmp_path / "pairs.jsonl"
    file.write_text("\n".join([*_lines(PAIRS[:1]), line]), encoding="utf-8")
    result = CliRunner().invoke(main, ["judge", str(file)])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith(f"wirecheck: {said}")
    assert len(result.stderr.splitlines()) == 1
