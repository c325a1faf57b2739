"""The command line: `wirecheck serve | check | add | watch | backup | restore | export | judge | eval`."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from tqdm import tqdm

from service.api.plain import one_line
from service.config import Settings
from service.corpus.intake import Intake
from service.errors import UnwritableError, WirecheckError

if TYPE_CHECKING:
    from service.gathering import Gathered

JUDGE_AT_ONCE = 512


def _said_plainly(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn our errors into one line on standard error and their exit code."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except WirecheckError as error:
            click.echo(one_line(f"wirecheck: {error}"), err=True)
            sys.exit(error.exit_code)

    return wrapped


@click.group()
@click.version_option(package_name="wirecheck")
def main() -> None:
    """Say what a body of news articles holds about a claim."""


@main.command()
@_said_plainly
def serve() -> None:
    """Read the articles of WIRECHECK_ARTICLES, then answer over HTTP until stopped."""
    from service.assembly import read_articles

    settings = Settings.from_env()
    try:
        _report(read_articles(settings))
    except UnwritableError as error:
        click.echo(f"wirecheck: {error} Until then the corpus is served as it is.", err=True)
    click.echo(f"Serving on http://{settings.host}:{settings.port} (docs at /docs). Ctrl-C stops.", err=True)
    # Replace this process: gunicorn's workers must not be forked from one that has computed with torch or FAISS,
    # where they hang.
    sys.stdout.flush()
    config = Path(__file__).with_name("gunicorn.conf.py")
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", "--config", str(config), "service.wsgi:app"])  # noqa: S606


@main.command()
@click.argument("claim")
@click.option("--limit", type=click.IntRange(1, 50), default=10, show_default=True, help="Sentences to judge.")
@click.option("--json", "as_json", is_flag=True, help="Print what POST /v1/check answers.")
@_said_plainly
def check(claim: str, limit: int, as_json: bool) -> None:
    """Check one CLAIM against the corpus, without a server."""
    from service.api.present import as_json_text
    from service.api.request import query_from
    from service.api.text import render
    from service.assembly import build_pipeline

    query = query_from(claim=claim, limit=limit)
    report = build_pipeline(Settings.from_env()).check(query)
    click.echo(as_json_text(report) if as_json else render(report))


@main.command()
@click.argument("sources", nargs=-1, required=True)
@_said_plainly
def add(sources: tuple[str, ...]) -> None:
    """Add articles to the corpus; a running server checks against them from then on.

    SOURCES are files, folders, WARC files, and addresses of pages, feeds (RSS, Atom) or sitemaps. What is in the corpus
    already is not fetched again, so a run that was stopped can be repeated.
    """
    from service.assembly import add_paths, gatherer_for
    from service.fetching.warc import is_warc
    from service.gathering import is_address

    settings = Settings.from_env()
    addresses = [source for source in sources if is_address(source)]
    paths = [_there(source) for source in sources if not is_address(source)]
    files = [path for path in paths if path.is_dir() or not is_warc(path)]
    warcs = [path for path in paths if path not in files]
    if files:
        _report(add_paths(settings, files))
    if addresses or warcs:
        with gatherer_for(settings) as gatherer:
            _report_gathered(gatherer.gather(addresses, warcs))


@main.command()
@click.argument("feeds", nargs=-1, required=True)
@click.option("--every", type=click.IntRange(10, 86_400), default=300, show_default=True, help="Seconds between looks.")
@_said_plainly
def watch(feeds: tuple[str, ...], every: int) -> None:
    """Look at FEEDS (RSS, Atom or sitemaps) again and again and add what is new, until stopped with Ctrl-C."""
    from service.assembly import gatherer_for
    from service.gathering import is_address

    for feed in feeds:
        if not is_address(feed):
            raise click.BadParameter(f"{feed!r:.100} is no address; give https://…", param_hint="FEEDS")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with gatherer_for(Settings.from_env()) as gatherer:
        click.echo(f"Watching {len(feeds)} feeds every {every} seconds. Ctrl-C stops.", err=True)
        gatherer.watch(feeds, every, stop, lambda said: click.echo(one_line(said), err=True))


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Write over an old backup.")
@_said_plainly
def backup(file: Path, replace: bool) -> None:
    """Copy the corpus and the kept checks to FILE, also while the service runs."""
    from service.corpus.backup import back_up

    copied = back_up(Settings.from_env().database_file, file, replace=replace)
    click.echo(f"{file}: {copied.articles} articles, {copied.checks} checks, {copied.bytes:,} bytes.", err=True)


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_said_plainly
def restore(file: Path) -> None:
    """Put a backup in the place of the corpus and the kept checks, also while the service runs."""
    from service.corpus.backup import restore as put_back

    copied = put_back(file, Settings.from_env().database_file)
    click.echo(f"restored {copied.articles} articles and {copied.checks} checks.", err=True)


@main.command()
@click.argument("kind", type=click.Choice(["articles", "checks", "origins"]))
@_said_plainly
def export(kind: str) -> None:
    """Print the articles, the kept checks or the passages with their origins as JSON lines."""
    from service.assembly import open_store
    from service.corpus.export import export as lines_of

    store = open_store(Settings.from_env())
    try:
        for line in lines_of(store, kind):
            click.echo(line, nl=False)
    finally:
        store.close()


@main.command()
@click.argument("file", type=click.File(encoding="utf-8"))
@_said_plainly
def judge(file: Iterator[str]) -> None:
    """Judge the premise-hypothesis pairs of a JSON-lines FILE (- for standard input), one answer a line."""
    from models.stance_model import load_stance

    settings = Settings.from_env()
    model = load_stance(settings.stance, settings.threads)
    try:
        pairs = list(_pairs(file))
    except UnicodeDecodeError as error:
        raise WirecheckError(f"The file is not UTF-8 at byte {error.start:,}: save it as UTF-8.") from error
    for start in range(0, len(pairs), JUDGE_AT_ONCE):
        for scores in model.judge(pairs[start : start + JUDGE_AT_ONCE]):
            row = {"supports": scores.supports, "conflicts": scores.conflicts, "neutral": scores.neutral}
            click.echo(json.dumps({name: round(value, 6) for name, value in row.items()}))


@main.command("eval")
@click.option("--corpus", required=True, type=click.Path(exists=True, path_type=Path), help="JSON lines, or a folder.")
@click.option("--claims", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON and nothing else.")
@click.option("--predictions", type=click.Path(dir_okay=False, path_type=Path), help="Where to write the verdicts.")
@_said_plainly
def evaluate(corpus: Path, claims: Path, as_json: bool, predictions: Path | None) -> None:
    """Measure the service on a body of articles and claims with known verdicts."""
    from service.assembly import temporary_pipeline
    from service.evaluation import measure, read_claims, score

    gold = read_claims(claims)
    with temporary_pipeline(Settings.from_env(), corpus) as pipeline, _lines_to(predictions) as write:
        outcomes = []
        for outcome in tqdm(measure(pipeline, gold), total=len(gold), desc="checking", unit=" claims"):
            outcomes.append(outcome)
            row = {"claim": outcome.gold.claim, "verdict": outcome.verdict.value}
            write(json.dumps(row, ensure_ascii=False) + "\n")
    click.echo(json.dumps(asdict(score(outcomes)), indent=None if as_json else 2))


@contextmanager
def _lines_to(path: Path | None) -> Iterator[Callable[[str], object]]:
    """Give what writes a line to a file that is opened before the work begins, or nowhere."""
    if path is None:
        yield lambda line: None
        return
    try:
        file = path.open("w", encoding="utf-8")
    except OSError as error:
        raise WirecheckError(f"{path} cannot be written: {error.strerror}. Name another file.") from error
    with file:
        yield file.write


def _pairs(lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            premise, hypothesis = row["premise"], row["hypothesis"]
        except (ValueError, KeyError, TypeError) as error:
            raise WirecheckError(f'Line {number} is not {{"premise": …, "hypothesis": …}}: {error}.') from error
        if not isinstance(premise, str) or not isinstance(hypothesis, str):
            raise WirecheckError(f"Line {number}: premise and hypothesis must be strings.")
        yield premise, hypothesis


def _there(source: str) -> Path:
    path = Path(source)
    if not path.exists():
        raise click.BadParameter(f"Path {source!r:.200} does not exist.", param_hint="SOURCES")
    return path


def _report_gathered(done: Gathered) -> None:
    for skipped in done.skipped:
        click.echo(one_line(f"skipped {skipped.path}: {skipped.reason}"), err=True)
    click.echo(f"{done.added} pages added, {done.unchanged} there already, {len(done.skipped)} skipped.", err=True)


def _report(intake: Intake) -> None:
    for skipped in intake.skipped:
        click.echo(one_line(f"skipped {skipped.path}: {skipped.reason}"), err=True)
    click.echo(
        f"{intake.added} articles added or changed, {intake.unchanged} unchanged, {intake.removed} removed, "
        f"{len(intake.skipped)} skipped; {intake.embedded} sentences embedded.",
        err=True,
    )


if __name__ == "__main__":
    main()
