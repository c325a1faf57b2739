"""`wirecheck check`: one claim, or every claim of a draft, with an exit code that a hook before publishing can use."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from service.config import Settings, wants_color
from service.domain import Query, Report, Verdict
from service.errors import CorpusError, ModelError, NotReadyError, ReadingError, WirecheckError

if TYPE_CHECKING:
    from service.ports import Checker
    from service.spotting.claims import Spotted

FOUND, BAD_INPUT, UNAVAILABLE = 1, 2, 3
FAIL_ON = "refuted,disputed,outdated"
_COLORS = {
    Verdict.SUPPORTED: "green",
    Verdict.REFUTED: "red",
    Verdict.DISPUTED: "yellow",
    Verdict.OUTDATED: "magenta",
    Verdict.NOT_ENOUGH_EVIDENCE: "bright_black",
}
_MARKDOWN, _PAGES = frozenset({".md", ".markdown"}), frozenset({".html", ".htm"})
_EMPTY = "The corpus has no articles, so nothing can be said: run `wirecheck serve` or `wirecheck add` first."


@dataclass(frozen=True, slots=True)
class Draft:
    """A text to check: its name as it is shown, and its text as it is, with its marks, in which offsets count."""

    name: str
    text: str
    is_markdown: bool = False


@dataclass(frozen=True, slots=True)
class Output:
    """How answers are printed."""

    as_json: bool
    every: bool
    color: bool

    def say(self, line: str, verdict: Verdict | None = None) -> None:
        """Print a line, a verdict in its color."""
        styled = click.style(line, fg=_COLORS[verdict], bold=True) if verdict and self.color else line
        click.echo(styled, color=self.color)


def _verdicts(_context: click.Context, _option: click.Parameter, value: str) -> frozenset[Verdict]:
    names = [name.strip() for name in value.split(",") if name.strip()]
    if names == ["none"]:
        return frozenset()
    unknown = [name for name in names if name not in set(Verdict)]
    if unknown or not names:
        raise click.BadParameter(f"{value!r:.80} is no list of verdicts; give some of {', '.join(Verdict)}, or none")
    return frozenset(map(Verdict, names))


@click.command()
@click.argument("said", nargs=-1, metavar="[CLAIM]")
@click.option("--file", "named", multiple=True, metavar="FILE", help="Check each claim of a text; - is standard input.")
@click.option("--files", "as_files", is_flag=True, help="Take the arguments as files, as hooks hand them over.")
@click.option("--limit", type=click.IntRange(1, 50), default=10, show_default=True, help="Sentences to judge.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, of a text one object a line.")
@click.option("--all", "every", is_flag=True, help="Show also the sentences that make no claim.")
@click.option(
    "--fail-on", default=FAIL_ON, show_default=True, callback=_verdicts, help="Verdicts that exit with 1, or none."
)
def check(
    said: tuple[str, ...],
    named: tuple[str, ...],
    as_files: bool,
    limit: int,
    as_json: bool,
    every: bool,
    fail_on: frozenset[Verdict],
) -> None:
    """Check one CLAIM, or all claims of a text, against the corpus, without a server.

    Exits with 0 where no verdict is one of --fail-on, with 1 where one is, with 2 for a claim, file or setting that
    cannot be used, and with 3 where there are no articles or models to check with.
    """
    names = (*named, *said) if as_files else (*named, *(name for name in said if name == "-"))
    claims = () if as_files else tuple(claim for claim in said if claim != "-")
    if len(claims) > 1 or bool(claims) == bool(names):
        raise click.UsageError("Give one claim in quotation marks, or --file FILE, or - for standard input.")
    output = Output(as_json, every, wants_color(sys.stdout.isatty()))
    try:
        found = _one(claims[0], limit, output) if claims else _drafts(names, limit, output)
    except (CorpusError, ModelError, NotReadyError) as error:
        _stop(error, UNAVAILABLE)
    except WirecheckError as error:
        _stop(error, BAD_INPUT)
    sys.exit(FOUND if found & fail_on else 0)


def _stop(error: WirecheckError, code: int) -> None:
    click.echo(f"wirecheck: {error}", err=True)
    sys.exit(code)


def _one(claim: str, limit: int, output: Output) -> set[Verdict]:
    from service.api.plain import clean_json
    from service.api.present import as_json_text
    from service.api.request import query_from
    from service.api.text import render
    from service.assembly import build_pipeline

    query = query_from(claim=claim, limit=limit)
    report = _checked(build_pipeline(Settings.from_env()), query)
    if output.as_json:
        output.say(clean_json(as_json_text(report)))
    else:
        head, _, rest = render(report).partition("\n")
        output.say(head, report.ruling.verdict)
        output.say(rest)
    return {report.ruling.verdict}


def _drafts(names: tuple[str, ...], limit: int, output: Output) -> set[Verdict]:
    from service.assembly import build_pipeline

    settings = Settings.from_env()
    drafts = [_draft(name, settings.max_article_bytes) for name in names]  # before what takes long
    pipeline = build_pipeline(settings)
    return {verdict for draft in drafts for verdict in _draft_verdicts(pipeline, draft, limit, output)}


def _draft(name: str, most_bytes: int) -> Draft:
    from service.api.plain import one_line
    from service.reading.articles import article_from_html
    from service.reading.decoding import decode

    try:
        with click.open_file(name, "rb") as file:
            content: bytes = file.read(most_bytes + 1)
        if len(content) > most_bytes:
            raise ReadingError(f"is longer than {most_bytes:,} bytes, the limit; send it in parts")
        text = decode(content)
        if Path(name).suffix.lower() in _PAGES:
            text = article_from_html("page", text).text
    except ReadingError as error:
        raise WirecheckError(f"{one_line(name)} {error}") from error
    except OSError as error:
        raise WirecheckError(f"{one_line(name)} cannot be read: {error.strerror}. Name a file that can.") from error
    return Draft("standard input" if name == "-" else one_line(name), text, Path(name).suffix.lower() in _MARKDOWN)


def _draft_verdicts(checker: Checker, draft: Draft, limit: int, output: Output) -> Iterator[Verdict]:
    from service.api.passages import summary
    from service.api.plain import one_line
    from service.spotting.claims import spot
    from service.spotting.drafts import Places, flattened

    verdicts: Counter[Verdict] = Counter()
    left_out, places = 0, Places(draft.text)
    for spotted in spot(flattened(draft.text, is_markdown=draft.is_markdown)):
        report = None
        if spotted.checked_as is None:
            left_out += 1
        else:
            report = _checked(checker, Query(one_line(spotted.checked_as), limit=limit))
            verdicts[report.ruling.verdict] += 1
        _show(draft, spotted, report, places, output)
    if output.as_json:
        _show_json({"kind": "summary", "claims": verdicts.total(), "left_out": left_out, "failed": 0,
                    "verdicts": dict(verdicts)}, {"file": draft.name}, output)  # fmt: skip
    else:
        output.say(f"{draft.name}: {summary(verdicts.total(), left_out, 0, verdicts)}")
    yield from verdicts


def _show(draft: Draft, spotted: Spotted, report: Report | None, places: Any, output: Output) -> None:
    from service.api.passages import Passage

    place = places.of(spotted.span.start)
    if output.as_json:
        shown = {"start": spotted.span.start, "end": spotted.span.end, "sentence": spotted.sentence}
        kind = {"kind": "left_out", "reason": spotted.reason} if report is None else {"kind": "claim", "report": report}
        where = {"file": draft.name, "line": place.line, "column": place.column}
        _show_json({**kind, **shown, "checked_as": report.claim if report else None}, where, output)
    elif report is not None or output.every:
        passage = Passage(
            f"{draft.name}:{place}", spotted.sentence, report.claim if report else None, report, reason=spotted.reason
        )
        output.say(passage.head, report.ruling.verdict if report else None)
        output.say("\n".join([*passage.body, ""]))


def _show_json(row: dict[str, Any], where: dict[str, Any], output: Output) -> None:
    from service.api.plain import clean_json
    from service.api.text_lines import text_line

    told = {**json.loads(text_line(row)), **where}
    output.say(clean_json(json.dumps(told, ensure_ascii=False)))


def _checked(checker: Checker, query: Query) -> Report:
    report = checker.check(query)
    if not report.coverage.articles:
        raise CorpusError(_EMPTY)
    return report
