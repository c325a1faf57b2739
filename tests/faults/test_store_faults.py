"""The store fails below a running service: what clients see, whether `/readyz` tells the truth, and what is kept."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.running import SAID, Answer, Running, running
from tests.ports import free_port

MANY = 5


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as server:
        for number in range(MANY):
            assert server.add(f"a{number}").status == 201
        yield server


def _file(service: Running) -> Path:
    return service.folder / "wirecheck.sqlite3"


def _refused(answer: Answer, *said: str) -> None:
    assert answer.status == 503, answer.body
    assert answer.is_problem
    assert int(answer.headers["retry-after"]) > 0
    for words in said:
        assert words in answer.json["detail"]


def _all_there(service: Running) -> None:
    for number in range(MANY):
        answer = service.ask("GET", f"/v1/articles/a{number}")
        assert answer.status == 200
        assert answer.json["text"].startswith(SAID.split(". ")[0])


def test_a_writer_that_does_not_come_to_an_end_stops_changes_only(service: Running) -> None:
    """Checks are answered, with a warning that they were not kept; a change is refused after a while."""
    with closing(sqlite3.connect(_file(service))) as other:
        other.execute("BEGIN IMMEDIATE")
        for _ in range(3):
            answer = service.check()
            assert answer.status == 200
            assert any("could not be kept" in warning for warning in answer.json["warnings"])
        assert service.ask("GET", "/readyz").status == 200
        _all_there(service)
        _refused(service.add("late"), "cannot be written to", "Nothing of this was kept")
        other.rollback()
    assert service.ask("GET", "/v1/articles/late").status == 404
    assert service.add("late").status == 201
    assert service.check().json["warnings"] == []
    _all_there(service)


@pytest.mark.parametrize("how", ["removed", "replaced"])
def test_a_file_that_is_gone_is_missed_at_once_and_nothing_is_written_elsewhere(service: Running, how: str) -> None:
    """Left to itself SQLite would go on writing into the file without a name, or make an empty one."""
    file, aside = _file(service), service.folder / "aside"
    aside.mkdir()
    parts = [path for path in service.folder.glob("wirecheck.sqlite3*") if path.is_file()]
    for path in parts:
        path.rename(aside / path.name)
    if how == "replaced":
        shutil.copy(aside / file.name, file)
    for answer in (service.check(), service.add("lost"), service.ask("GET", "/v1/articles/a0")):
        _refused(answer, "was removed or replaced", "wirecheck restore")
        assert str(service.folder) not in answer.body.decode()
    ready = service.ask("GET", "/readyz")
    _refused(ready, "was removed or replaced")
    assert str(service.folder) not in ready.body.decode()
    assert f"{file} was removed or replaced" in service.log
    assert service.ask("GET", "/healthz").status == 200
    assert file.exists() == (how == "replaced")
    for path in parts:
        (aside / path.name).replace(path)
    assert service.ask("GET", "/readyz").status == 200
    _all_there(service)
    assert service.ask("GET", "/v1/articles/lost").status == 404
    assert service.add("lost").status == 201


def test_a_file_that_is_damaged_below_it_is_refused_and_a_restore_cures_it(service: Running, tmp_path: Path) -> None:
    file = _file(service)
    backup = tmp_path / "backup"
    with closing(sqlite3.connect(file)) as one, closing(sqlite3.connect(backup)) as other:
        one.backup(other)
        one.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = file.stat().st_size
    with file.open("r+b") as damaged:
        damaged.seek(100)
        damaged.write(b"\xff" * (size - 100))
    _refused(service.check(), "damaged", "wirecheck restore FILE")
    _refused(service.ask("GET", "/readyz"), "damaged")
    _refused(service.add("new"), "damaged")
    service.kill()
    for path in service.folder.glob("wirecheck.sqlite3*"):
        path.unlink()
    shutil.copy(backup, file)
    service.start()
    _all_there(service)


@pytest.mark.parametrize("vector", [b"\x00\x00", b"\x00\x00\xc0\x7f" * 64], ids=["too short", "not a number"])
def test_a_damaged_embedding_is_not_searched_with(service: Running, vector: bytes) -> None:
    service.kill()
    with closing(sqlite3.connect(_file(service))) as connection:
        connection.execute(
            "UPDATE embeddings SET vector = ? WHERE rowid = (SELECT min(rowid) FROM embeddings)", [vector]
        )
        connection.commit()
    service.start(until_ready=False)
    service.until(lambda: "failed" in service.ask("GET", "/readyz").json["detail"])
    _refused(service.ask("GET", "/readyz"), "no vector of this model", "wirecheck restore")
    _refused(service.check(), "no vector of this model")


def test_a_database_that_is_not_there_is_not_described_to_who_asks(tmp_path: Path) -> None:
    port = free_port()
    address = f"postgresql://clerk:hush@127.0.0.1:{port}/ledgers"
    server = Running(tmp_path, {"DATABASE_URL": address})
    server.start(until_ready=False)
    try:
        server.until(lambda: "failed" in server.ask("GET", "/readyz").json["detail"])
        for answer in (server.ask("GET", "/readyz"), server.check(), server.add("a1")):
            _refused(answer, "The database does not answer", "in the server's log", "`wirecheck doctor`")
            assert not any(private in answer.body.decode() for private in ("clerk", "127.0.0.1", str(port), "ledgers"))
        assert f"port {port} failed" in server.log
    finally:
        server.kill()


def test_a_full_disk_refuses_changes_answers_checks_and_recovers(tmp_path: Path) -> None:
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a file system")
    try:
        with running(place) as service:
            for number in range(MANY):
                assert service.add(f"a{number}").status == 201
            filler = place / "filler"
            with filler.open("wb", buffering=0) as full, pytest.raises(OSError, match="No space"):
                while full.write(bytes(4096)):
                    pass
            _refused(service.add("late", "A gull on the quay. " * 400), "full", "see to the disk")
            answer = service.check()
            assert answer.status == 200
            assert service.ask("GET", "/readyz").status == 200
            _all_there(service)
            filler.unlink()
            assert service.add("late").status == 201
            _all_there(service)
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_an_article_of_the_future_and_one_of_the_past_break_nothing(service: Running) -> None:
    for number, day in enumerate(["2999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "1900-01-01"]):
        body = {"id": f"t{number}", "title": "Storm", "published_at": day, "text": f"The storm injured {8 + number}."}
        answer = service.ask("POST", "/v1/articles", body)
        assert answer.status in (201, 422), answer.body
    assert service.ask("POST", "/v1/check", {"claim": "The storm injured 8 people."}).status == 200
    assert service.ask("GET", "/v1/checks").status == 200
