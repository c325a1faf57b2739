"""`wirecheck check` as a user and a hook see it: with the real models, on the sample."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.cli import main
from service.cli_check import FAIL_ON
from service.config import SAMPLE, wants_color

ROOT = Path(__file__).parent.parent
REFUTED = "Forty people were injured in the ferry accident."
DRAFT = f"# Ferry\n\nWho knew? *{REFUTED[:-1]}*, we hear.\n\nThe ferry struck\nthe breakwater.\n"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    env = {**os.environ, "WIRECHECK_DATA": str(folder)}
    subprocess.run([sys.executable, "-m", "service.cli", "add", str(SAMPLE)], cwd=ROOT, env=env, check=True)
    return folder


def cli(data: Path, *arguments: str | Path, given: str | None = None) -> Result:
    env = {"WIRECHECK_DATA": str(data)}
    return CliRunner().invoke(main, ["check", *map(str, arguments)], env=env, input=given)


def test_a_refuted_claim_exits_with_one_unless_told_otherwise(data: Path) -> None:
    found = cli(data, REFUTED)
    assert (found.exit_code, found.stderr) == (1, "")
    assert found.stdout.startswith("REFUTED, confidence ")
    assert cli(data, "--fail-on", "none", REFUTED).exit_code == 0
    assert cli(data, "--fail-on", "supported, disputed", REFUTED).exit_code == 0
    assert cli(data, "--json", REFUTED).exit_code == 1


@pytest.mark.parametrize("way", ["--file", "--files", "-"])
def test_a_draft_s_claims_are_shown_with_their_places(data: Path, tmp_path: Path, way: str) -> None:
    draft = tmp_path / "draft.md"
    draft.write_text(DRAFT, encoding="utf-8")
    found = cli(data, "-", given=DRAFT) if way == "-" else cli(data, way, draft)
    assert found.exit_code == 1
    heads = [line for line in found.stdout.splitlines() if line[:1] not in ("", " ")]
    name = "standard input" if way == "-" else str(draft)
    assert heads[0].startswith(f"{name}:3:")
    assert heads[0].partition(": ")[2].startswith("REFUTED, confidence ")
    assert heads[-1].startswith(f"{name}: 2 claims: ")
    assert "left out" not in heads[0]


def test_json_of_a_draft_is_a_line_for_each_sentence(data: Path, tmp_path: Path) -> None:
    (tmp_path / "draft.md").write_text(DRAFT, encoding="utf-8")
    (tmp_path / "page.html").write_text("<article><p>Nobody was hurt in the collision.</p></article>")
    found = cli(data, "--json", "--files", tmp_path / "draft.md", tmp_path / "page.html")
    rows = [json.loads(line) for line in found.stdout.splitlines()]
    assert [row["kind"] for row in rows] == ["left_out", "left_out", "claim", "claim", "summary", "claim", "summary"]
    for row in rows[:4]:
        lines = DRAFT.split("\n")
        assert DRAFT[row["start"] :].startswith(lines[row["line"] - 1][row["column"] - 1 :])
    assert rows[3]["checked_as"] == "The ferry struck the breakwater."
    assert rows[3]["report"]["claim"] == rows[3]["checked_as"]


def test_what_makes_no_claim_is_shown_when_asked_for(data: Path) -> None:
    found = cli(data, "--all", "-", given="Who knew? What a night!")
    assert found.exit_code == 0
    assert "standard input:1:1: left out, question" in found.stdout
    assert "standard input: 0 claims; 2 sentences left out." in found.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ab",), "at least 3"),
        ((), "Give one claim"),
        (("One claim.", "Another claim."), "Give one claim"),
        (("A claim.", "--file", "x.md"), "Give one claim"),
        (("--file", "/no/such/draft.md"), "/no/such/draft.md cannot be read: No such file"),
        (("--fail-on", "wrong", "A claim is here."), "is no list of verdicts; give some of supported, refuted"),
        (("--file", str(ROOT / "tests")), "cannot be read"),
    ],
)
def test_bad_input_exits_with_two(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    found = cli(tmp_path, *arguments)
    assert (found.exit_code, found.stdout) == (2, "")
    assert said in found.stderr


def test_without_articles_it_exits_with_three(tmp_path: Path) -> None:
    found = cli(tmp_path / "empty", REFUTED)
    assert (found.exit_code, found.stdout) == (3, "")
    assert found.stderr.startswith("wirecheck: The corpus has no articles")
    (tmp_path / "data").write_text("a file where a folder is expected")
    assert cli(tmp_path / "data", REFUTED).exit_code == 3


def test_no_escape_of_a_draft_or_an_article_reaches_the_terminal(tmp_path: Path) -> None:
    article = {
        "id": "e",
        "title": "\x9b31mGale\u202e",
        "publisher": "\x1b]0;Post",
        "text": "The \x1b[2J pier \x9b1m lost its roof.",
    }
    (tmp_path / "a.json").write_text(json.dumps(article), encoding="utf-8")
    env = {**os.environ, "WIRECHECK_DATA": str(tmp_path / "data")}
    subprocess.run(
        [sys.executable, "-m", "service.cli", "add", str(tmp_path / "a.json")], cwd=ROOT, env=env, check=True
    )
    told = ""
    for arguments in (["The pier lost its roof."], ["--json", "The pier lost its roof."], ["-"], ["--json", "-"]):
        found = cli(tmp_path / "data", *arguments, given="The \x9b2Jpier lost\x1b[1m its roof.")
        assert found.exit_code in (0, 1), found.stderr
        told += found.stdout
    assert "pier" in told
    assert not {char for char in told if ord(char) < 32 or 126 < ord(char) < 160 or char == "\u202e"} - {"\n"}


@pytest.mark.parametrize(
    ("terminal", "environ", "wanted"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (True, {"TERM": "dumb"}, False),
    ],
)
def test_color_is_for_terminals_that_want_it(terminal: bool, environ: dict[str, str], wanted: bool) -> None:
    assert wants_color(terminal, environ) is wanted


@pytest.mark.parametrize(("no_color", "colored"), [("", True), ("1", False)])
def test_a_terminal_gets_color_unless_it_says_no(data: Path, no_color: str, colored: bool) -> None:
    outer, inner = pty.openpty()
    env = {**os.environ, "WIRECHECK_DATA": str(data), "NO_COLOR": no_color, "TERM": "xterm"}
    command = [sys.executable, "-m", "service.cli", "check", REFUTED]
    done = subprocess.run(command, cwd=ROOT, env=env, stdout=inner, stderr=subprocess.PIPE, check=False)
    os.close(inner)
    told = os.read(outer, 100_000).decode()
    os.close(outer)
    assert done.returncode == 1
    assert ("\x1b[31m" in told) is colored
    assert told.replace("\x1b[31m\x1b[1m", "").startswith("REFUTED")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_the_commands(shell: str) -> None:
    found = CliRunner().invoke(main, ["completion", shell])
    assert found.exit_code == 0
    assert f"_WIRECHECK_COMPLETE={shell}_complete" in found.stdout


def test_bash_completes_an_option() -> None:
    env = {
        **os.environ,
        "_WIRECHECK_COMPLETE": "bash_complete",
        "COMP_WORDS": "wirecheck check --fa",
        "COMP_CWORD": "2",
    }
    done = subprocess.run(
        [sys.executable, "-c", "from service.cli import main; main(prog_name='wirecheck')"],
        cwd=ROOT, env=env, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "--fail-on" in done.stdout


def test_the_page_says_the_default_of_fail_on_and_the_codes() -> None:
    told = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")
    assert FAIL_ON in told
    for code in ("| 0 |", "| 1 |", "| 2 |", "| 3 |"):
        assert code in told
