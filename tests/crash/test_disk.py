"""A disk that is full, read-only or damaged: a clear error, and what is there is served as far as it can be."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.app import create_app
from service.assembly import build_service
from service.config import Settings
from service.corpus.archive import StoreArchive
from service.corpus.intake import sync_folder
from service.corpus.store import Store
from service.errors import CorpusError, DamagedError, UnwritableError
from service.keeping import OnDuplicate
from service.loading import Service
from tests.crash.wholeness import assert_whole
from tests.crash.writer import new_article
from tests.support import FakeEmbedder, FakeStance

CLAIM = {"claim": "A gull on the quay."}


def _mount(*options: str) -> bool:
    done = subprocess.run(["mount", *options], capture_output=True, check=False)
    return done.returncode == 0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, 3 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    if shutil.which("mount") is None or not _mount("-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place)):
        pytest.skip("this user may not mount a file system")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def _service(folder: Path) -> Service:
    return build_service(Settings(data=folder, threads=1), FakeEmbedder(), FakeStance())


def test_a_full_disk_refuses_what_it_cannot_hold_and_serves_the_rest(disk: Path) -> None:
    file = disk / "wirecheck.sqlite3"
    store = Store.open(f"sqlite:///{file}")
    archive = StoreArchive(store, FakeEmbedder())
    kept = 0
    with pytest.raises(UnwritableError, match=r"full.*see to the disk"):
        for kept in range(10_000):
            archive.add(new_article(f"a{kept}", 1), OnDuplicate.FAIL)
    assert kept > 5
    assert len(store.fingerprints()) == kept
    assert archive.get("a0").sentences == 4
    app = create_app(service := _service(disk), service.archive, service.log)
    # A check needs less room than an article, so that some are still kept.
    answers = (app.test_client().post("/v1/check", json=CLAIM) for _ in range(10_000))
    for answer in answers:
        assert answer.status_code == 200
        assert answer.json is not None
        assert answer.json["coverage"]["articles"] == kept
        if any("kept" in warning for warning in answer.json["warnings"]):
            break
    else:
        pytest.fail("so many checks cannot have found room")
    refused = app.test_client().post("/v1/articles", json={"text": "A gull. " * 20})
    assert refused.status_code == 503
    assert refused.json is not None
    assert "full" in refused.json["detail"]
    assert _mount("-o", "remount,size=30m", str(disk))
    archive.add(new_article("more", 1), OnDuplicate.FAIL)
    store.close()
    assert len(assert_whole(file)) == kept + 1


def test_a_read_only_disk_is_served_and_refuses_changes(disk: Path) -> None:
    file = disk / "wirecheck.sqlite3"
    store = Store.open(f"sqlite:///{file}")
    StoreArchive(store, FakeEmbedder()).add(new_article("a1", 1), OnDuplicate.FAIL)
    store.close()
    assert _mount("-o", "remount,ro", str(disk))
    service = _service(disk)
    client = create_app(service, service.archive, service.log).test_client()
    answer = client.post("/v1/check", json=CLAIM)
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["coverage"]["articles"] == 1
    for refused in (client.delete("/v1/articles/a1"), client.post("/v1/articles", json={"text": "A gull. " * 20})):
        assert refused.status_code == 503
        assert refused.json is not None
        assert "read-only" in refused.json["detail"]
    assert client.get("/v1/articles/a1").status_code == 200
    reader = Store.open(f"sqlite:///{file}")
    with pytest.raises(UnwritableError):
        sync_folder(reader, FakeEmbedder(), disk, 1_000_000)
    reader.close()


def test_changes_that_wait_in_the_log_are_not_passed_over(disk: Path) -> None:
    store = Store.open(f"sqlite:///{disk / 'wirecheck.sqlite3'}")
    StoreArchive(store, FakeEmbedder()).add(new_article("a1", 1), OnDuplicate.FAIL)
    copy = disk / "copy"
    copy.mkdir()
    for path in disk.glob("wirecheck.sqlite3*"):
        shutil.copy(path, copy)
    store.close()
    assert _mount("-o", "remount,ro", str(disk))
    with pytest.raises(CorpusError, match="writable once"):
        Store.open(f"sqlite:///{copy / 'wirecheck.sqlite3'}")


def test_a_file_that_is_no_store_stops_the_start(tmp_path: Path) -> None:
    file = tmp_path / "wirecheck.sqlite3"
    file.write_bytes(b"half a shopping list " * 500)
    with pytest.raises(CorpusError, match="cannot be opened"):
        Store.open(f"sqlite:///{file}")
    assert file.read_bytes() == b"half a shopping list " * 500


def test_a_store_that_is_damaged_while_it_is_served_says_so(tmp_path: Path) -> None:
    file = tmp_path / "wirecheck.sqlite3"
    service = _service(tmp_path)
    for number in range(40):
        service.archive.add(new_article(f"a{number}", 1), OnDuplicate.FAIL)
    client = create_app(service, service.archive, service.log).test_client()
    assert client.get("/readyz").status_code == 200
    store = Store.open(f"sqlite:///{file}")
    with store.reading() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    size = file.stat().st_size
    with file.open("r+b") as damaged:
        damaged.seek(100)
        damaged.write(b"\xff" * (size - 100))
    answer = client.post("/v1/check", json=CLAIM)
    assert answer.status_code == 503
    assert answer.json is not None
    assert "wirecheck restore" in answer.json["detail"]
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
    with pytest.raises(DamagedError):
        service.archive.get("a1")
