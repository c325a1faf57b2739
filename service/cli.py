"""The command line: `wirecheck serve | check | add | watch | backup | restore | move | export | keys | eval | …`."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import get_completion_class
from tqdm import tqdm

from service.api.plain import one_line
from service.cli_check import check
from service.config import Settings
from service.errors import UnwritableError, WirecheckError
from service.key_commands import keys
from service.plainly import said_plainly

if TYPE_CHECKING:
    from service.corpus.outcome import Intake
    from service.gathering import Gathered

JUDGE_AT_ONCE = 512
_say = partial(click.echo, err=True)


@click.group()
@click.version_option(package_name="wirecheck")
def main() -> None:
    """Say what a body of news articles holds about a claim."""


main.add_command(keys)


@main.command()
@said_plainly
def serve() -> None:
    """Read the articles of WIRECHECK_ARTICLES, then answer over HTTP until stopped."""
    from service import logs
    from service.access import access_said
    from service.listening import must_be_free
    from service.opening import read_articles

    settings = Settings.from_env()
    if settings.traces:
        from service import tracing

        tracing.must_be_installed()
    must_be_free(settings.host, settings.port)
    logs.configure(settings)
    say = logs.teller(settings)
    try:
        _report(read_articles(settings), say)
    except UnwritableError as error:
        say(f"wirecheck: {error} Until then the corpus is served as it is.")
    say(access_said(settings))
    say(f"Serving on http://{settings.host}:{settings.port} (docs at /docs). Ctrl-C stops.")
    _run_gunicorn()


def _run_gunicorn() -> None:
    """Go on as gunicorn, in this process where it has only looked for changes, which starts sooner."""
    options = ["--config", str(Path(__file__).with_name("gunicorn.conf.py")), "service.wsgi:app"]
    # Workers that are forked from a process which has computed with one of these hang.
    if threading.active_count() > 1 or {"onnxruntime", "torch", "faiss"} & sys.modules.keys():
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, "-m", "gunicorn", *options])  # noqa: S606
    from gunicorn.app.wsgiapp import run

    sys.argv[1:] = options
    run(prog="gunicorn")


main.add_command(check)


@main.command()
@click.argument("sources", nargs=-1, required=True)
@said_plainly
def add(sources: tuple[str, ...]) -> None:
    """Add articles to the corpus; a running server checks against them from then on.

    SOURCES are files, folders, WARC files, and addresses of pages, feeds (RSS, Atom) or sitemaps. What is in the corpus
    already is not fetched again, so a run that was stopped can be repeated.
    """
    from service.assembly import gatherer_for
    from service.fetching.warc import is_warc
    from service.gathering import is_address
    from service.opening import add_paths

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
@said_plainly
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
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON, one a line.")
def doctor(as_json: bool) -> None:
    """Look at this installation and say what is wrong with it and what to do; exit 1 where anything is."""
    from service.doctor import examine

    failed = False
    for finding in examine():
        failed |= finding.level == "failed"
        click.echo(json.dumps(asdict(finding), ensure_ascii=False) if as_json else finding.line())
    sys.exit(1 if failed else 0)


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Write over an old backup.")
@said_plainly
def backup(file: Path, replace: bool) -> None:
    """Copy the corpus and the kept checks to FILE, also while the service runs."""
    from service.corpus.backup import back_up

    copied = back_up(Settings.from_env().database_file, file, replace=replace)
    click.echo(f"{file}: {copied.articles} articles, {copied.checks} checks, {copied.bytes:,} bytes.", err=True)


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@said_plainly
def restore(file: Path) -> None:
    """Put a backup in the place of the corpus and the kept checks, also while the service runs.

    API keys stay as they are now; only where there is no store, or a damaged one, they are the backup's.
    """
    from service.corpus.backup import restore as put_back

    click.echo(f"restored {put_back(file, Settings.from_env().database_file)}", err=True)


@main.command()
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.option("--replace", is_flag=True, help="Drop what TO holds before.")
@said_plainly
def move(source: str, target: str, replace: bool) -> None:
    """Copy the corpus and the kept checks FROM one database TO another, without embedding anything again.

    Both are addresses (postgresql://user@host/database) or SQLite files; leave a password to PGPASSWORD or ~/.pgpass. A
    move that was cut off goes on when it is repeated; in the end counts and hashes of both sides are compared.

    API keys are copied too, the revoked ones included, where TO has none; else those of TO stay as they are, also with
    --replace: revoke there what was revoked since.
    """
    from service.assembly import move_corpus

    moved = move_corpus(Settings.from_env(), source, target, replace=replace)
    click.echo(
        f"{moved.articles:,} articles, {moved.sentences:,} sentences, {moved.embeddings:,} embeddings and "
        f"{moved.checks:,} checks are there, {moved.copied:,} rows of them copied now; counts and hashes agree. "
        f"{moved.keys:,} API keys were copied; see `wirecheck keys list` there.",
        err=True,
    )


@main.command()
@click.argument("kind", type=click.Choice(["articles", "checks", "origins"]))
@said_plainly
def export(kind: str) -> None:
    """Print the articles, the kept checks or the passages with their origins as JSON lines."""
    from service.corpus.export import export as lines_of
    from service.opening import open_store

    store = open_store(Settings.from_env())
    try:
        for line in lines_of(store, kind):
            click.echo(line, nl=False)
    finally:
        store.close()


@main.command()
@click.argument("file", type=click.File(encoding="utf-8"))
@said_plainly
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
@said_plainly
def evaluate(corpus: Path, claims: Path, as_json: bool, predictions: Path | None) -> None:
    """Measure the service on a body of articles and claims with known verdicts."""
    from service.assembly import temporary_pipeline
    from service.evaluation import lost_passages, measure, read_claims, read_corpus, score

    gold = read_claims(claims)
    if corpus.is_file() and (lost := lost_passages(gold, read_corpus(corpus))):
        click.echo(f"wirecheck: {lost:,} passages of {claims} stand in no article; they lower the recall.", err=True)
    with temporary_pipeline(Settings.from_env(), corpus) as pipeline, _lines_to(predictions) as write:
        outcomes = []
        for outcome in tqdm(measure(pipeline, gold), total=len(gold), desc="checking", unit=" claims"):
            outcomes.append(outcome)
            row = {"claim": outcome.gold.claim, "verdict": outcome.verdict.value}
            write(json.dumps(row, ensure_ascii=False) + "\n")
    click.echo(json.dumps(asdict(score(outcomes)), indent=None if as_json else 2))


@main.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what makes a shell complete the commands and options, to be evaluated by its start file."""
    made = get_completion_class(shell)
    if made is not None:
        click.echo(made(main, {}, "wirecheck", "_WIRECHECK_COMPLETE").source())


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


def _report(intake: Intake, say: Callable[[str], object] = _say) -> None:
    for skipped in intake.skipped:
        say(one_line(f"skipped {skipped.path}: {skipped.reason}"))
    say(
        f"{intake.added} articles added or changed, {intake.unchanged} unchanged, {intake.removed} removed, "
        f"{len(intake.skipped)} skipped; {intake.embedded} sentences embedded."
    )


if __name__ == "__main__":
    main()
