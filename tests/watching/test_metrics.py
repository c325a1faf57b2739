"""The figures are what happened, worked out by hand, and hold nothing that was asked."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.exc import OperationalError

from service import figures
from service.api.example import REPORT
from service.app import create_app
from service.assembly import build_service
from service.config import Settings
from service.domain import Article, Query
from service.errors import BusyError, DamagedError
from service.metrics import Metrics
from service.opening import open_store
from service.ports import Holdings, IndexSize, Loaded
from service.watching import Watches
from tests.fakes import FakeChecker
from tests.support import FakeEmbedder, FakeStance, embed, put
from tests.watching.test_logs import client_of

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def samples(text: str) -> Samples:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(text: str, name: str, **labels: str) -> float:
    return samples(text)[f"wirecheck_{name}", tuple(sorted(labels.items()))]


def test_requests_are_counted_by_route_and_status() -> None:
    client = client_of(FakeChecker())
    client.get("/v1/check?claim=zebra")
    client.get("/v1/check?claim=zebras")
    client.get("/v1/check?claim=?")
    client.get("/v1/checks/brewed-tea")
    client.get("/secret/way")
    client.open("/healthz", method="BREW")
    answer = client.get("/metrics")
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    text = answer.text
    assert value(text, "http_requests_total", method="GET", route="/v1/check", status="200") == 2
    assert value(text, "http_requests_total", method="GET", route="/v1/check", status="422") == 1
    assert value(text, "http_requests_total", method="GET", route="/v1/checks/<check_id>", status="404") == 1
    assert value(text, "http_requests_total", method="GET", route="unmatched", status="404") == 1
    assert value(text, "http_requests_total", method="other", route="unmatched", status="405") == 1
    assert value(text, "http_request_seconds_count", route="/v1/check") == 3
    assert value(text, "http_requests_in_progress") == 1  # the one that asks
    assert value(text, "checks_total", verdict=REPORT.ruling.verdict.value) == 2
    assert value(text, "checks_in_progress") == 0
    assert value(text, "ready") == 0
    assert not re.search("zebra|secret|brewed|BREW", text)


@pytest.mark.parametrize(("error", "named"), [(BusyError("full"), "BusyError"), (RuntimeError("x"), "unexpected")])
def test_checks_that_fail_are_counted_by_error(error: Exception, named: str) -> None:
    client = client_of(FakeChecker(error=error))
    client.get("/v1/check?claim=zebra")
    text = client.get("/metrics").text
    assert value(text, "checks_failed_total", error=named) == 1
    assert value(text, "checks_in_progress") == 0


def test_a_stage_s_time_is_without_the_stages_inside_it() -> None:
    moments = iter([0.0, 1.0, 1.25, 2.0, 2.5, 4.0])
    metrics = Metrics(lambda: next(moments))
    with metrics.stage("check"):  # 0 to 4
        with metrics.stage("embed"):  # 1 to 1.25
            pass
        with metrics.stage("judge"):  # 2 to 2.5
            pass
    text = metrics.text()
    seconds = {stage: value(text, "check_stage_seconds_sum", stage=stage) for stage in ("embed", "judge", "rest")}
    assert seconds == {"embed": 0.25, "judge": 0.5, "rest": 3.25}


def test_waiting_is_what_is_left_of_a_check_s_time() -> None:
    moments = iter([0.0, 3.0, 4.0, 4.5])
    metrics = Metrics(lambda: next(moments))
    with metrics.checking(), metrics.stage("check"):
        pass
    assert value(metrics.text(), "check_stage_seconds_sum", stage="wait") == 3.5


def test_corpus_index_and_models_are_told_once_they_are_loaded() -> None:
    metrics = Metrics()
    assert "wirecheck_corpus" not in metrics.text()
    sizes = iter([IndexSize(30, 4, 9), IndexSize(31, 5, 10)])
    metrics.loaded(Loaded("minilm@1", "stance@2", lambda: Holdings(3, 33, 31, 10), lambda: next(sizes)))
    text = metrics.text()
    assert value(text, "corpus_articles") == 3
    assert value(text, "corpus_sentences") == 33
    assert value(text, "corpus_embeddings") == 31
    assert value(text, "corpus_revision") == 10
    assert (value(text, "index_rows"), value(text, "index_removed_rows"), value(text, "index_revision")) == (30, 4, 9)
    assert value(text, "ready") == 1
    assert value(text, "worker_memory_bytes") > 0 or sys.platform != "linux"
    assert value(text, "models_info", embedder="minilm@1", stance="stance@2") == 1
    with metrics.stage("check"):
        pass
    assert value(metrics.text(), "index_removed_rows") == 5


@pytest.mark.parametrize("error", [DamagedError("damaged"), OperationalError("SELECT", (), OSError("disk I/O error"))])
def test_a_damaged_store_hides_no_other_figure(error: Exception) -> None:
    def damaged() -> Holdings:
        raise error

    metrics = Metrics()
    metrics.loaded(Loaded("e", "s", damaged, lambda: IndexSize(1, 0, 1)))
    assert value(metrics.text(), "index_rows") == 1


def test_a_real_check_goes_through_every_stage(tmp_path: Path) -> None:
    watches = Watches(Metrics())
    settings = Settings(data=tmp_path)
    service = build_service(settings, FakeEmbedder(), FakeStance(), watches)
    try:
        before = service.archive
        assert before is not None
        client = create_app(service, service.archive, watches=watches).test_client()
        put(store := before._store, Article("a", "Pool", "The pool closes. It is old."))  # type: ignore[attr-defined]
        embed(store, FakeEmbedder())
        service.check(Query("The pool closes."))
        text = client.get("/metrics").text
    finally:
        before._store.close()  # type: ignore[attr-defined]
    for stage in ("embed", "follow", "retrieve", "judge", "rest"):
        assert value(text, "check_stage_seconds_count", stage=stage) == 2, stage  # the warm-up, and this one
    assert value(text, "corpus_articles") == 1
    assert value(text, "corpus_sentences") == value(text, "index_rows") == 2


# --- the folder that workers share ------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _restored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(figures.FOLDER, "")


def test_the_folder_is_of_one_start_and_gone_at_its_end(tmp_path: Path) -> None:
    figures.share((str(tmp_path),))
    (made,) = tmp_path.iterdir()
    assert os.environ[figures.FOLDER] == str(made)
    assert made.stat().st_mode & 0o077 == 0
    figures.share((str(tmp_path),))  # a reload
    assert list(tmp_path.iterdir()) == [made]
    figures.remove()
    assert not made.exists()


def test_another_master_s_folder_is_not_taken_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = tmp_path / f"wirecheck-metrics-{os.getppid()}-x"
    theirs.mkdir()
    monkeypatch.setenv(figures.FOLDER, str(theirs))
    figures.share((str(tmp_path),))
    assert os.environ[figures.FOLDER] != str(theirs)
    figures.remove()
    assert theirs.exists()


def test_folders_of_masters_that_were_killed_are_swept(tmp_path: Path) -> None:
    killed = subprocess.Popen([sys.executable, "-c", ""])
    killed.wait()
    gone, other = tmp_path / f"wirecheck-metrics-{killed.pid}-x", tmp_path / "wirecheck-metrics-notes"
    gone.mkdir()
    other.mkdir()
    figures.share((str(tmp_path),))
    assert not gone.exists()
    assert other.exists()
    figures.remove()


def test_where_the_first_place_is_missing_another_is_found(tmp_path: Path) -> None:
    figures.share((str(tmp_path / "missing"),))
    assert Path(os.environ[figures.FOLDER]).is_dir()
    figures.remove()


def test_judgements_are_counted_by_whether_they_were_known(tmp_path: Path) -> None:
    watches = Watches(Metrics())
    settings = Settings(data=tmp_path)
    store = open_store(settings)
    put(store, Article("quay", "Quay", "The quay reopened [supports]."))
    embed(store, FakeEmbedder())
    store.close()
    service = build_service(settings, FakeEmbedder(), FakeStance(), watches)
    before = samples(watches.metrics.text())
    for _ in range(3):
        service.check(Query("The quay reopened."))
    text = watches.metrics.text()
    found = {
        cache: value(text, "judgements_total", cache=cache) - before["wirecheck_judgements_total", (("cache", cache),)]
        for cache in ("hit", "miss")
    }
    assert found == {"hit": 2, "miss": 1}


def test_with_none_kept_every_judgement_is_computed_and_none_is_counted(tmp_path: Path) -> None:
    watches = Watches(Metrics())
    service = build_service(Settings(data=tmp_path, keep_judgements=0), FakeEmbedder(), FakeStance(), watches)
    service.check(Query("The quay reopened."))
    assert "judgements_total{" not in watches.metrics.text()
