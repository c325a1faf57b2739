"""What is deployed with: each file is sound, says what the service says, and asks only for metrics that there are."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from service.config import PREFIX, Settings
from service.metrics import Metrics
from service.ports import Holdings, IndexSize, Loaded
from tests.fakes import FakeChecker
from tests.watching.test_logs import client_of

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
SETTINGS = {PREFIX + field.name.upper() for field in dataclasses.fields(Settings)}


def _yaml(name: str) -> list[Any]:
    return list(yaml.safe_load_all((DEPLOY / name).read_text(encoding="utf-8")))


def _of_kind(kind: str) -> Any:
    (found,) = [item for item in _yaml("kubernetes.yaml") if item["kind"] == kind]
    return found


@pytest.fixture(scope="module")
def told() -> set[str]:
    """The names of all samples that a service that has done everything tells."""
    metrics = Metrics()
    metrics.loaded(Loaded("e", "s", lambda: Holdings(1, 1, 1, 1), lambda: IndexSize(1, 0, 1)))
    with metrics.checking(), metrics.stage("check"):
        pass
    client = client_of(FakeChecker(error=RuntimeError("x")))
    client.get("/v1/check?claim=abc")
    text = metrics.text() + client.get("/metrics").text + _checked()
    return set(re.findall(r"^(wirecheck_\w+)", text, re.MULTILINE))


def _checked() -> str:
    client = client_of(FakeChecker())
    client.get("/v1/check?claim=abc")
    return client.get("/metrics").text


def _asked(text: str) -> set[str]:
    return set(re.findall(r"\bwirecheck_\w+", text))


def _expressions() -> Iterator[str]:
    for panel in json.loads((DEPLOY / "grafana.json").read_text(encoding="utf-8"))["panels"]:
        yield from (target["expr"] for target in panel["targets"])
    for rule in _yaml("alerts.yaml")[0]["groups"][0]["rules"]:
        yield rule["expr"]


def test_every_metric_that_is_asked_for_is_told(told: set[str]) -> None:
    asked = {name for expression in _expressions() for name in _asked(expression)}
    assert len(asked) > 15
    assert asked - told == set()


def test_every_label_that_is_asked_for_is_told() -> None:
    text = _checked()
    for label in ("status", "route", "verdict", "stage"):
        assert f"{label}=" in text
    assert 'route="/v1/check"' in text


def test_the_dashboard_s_panels_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    panels = json.loads((DEPLOY / "grafana.json").read_text(encoding="utf-8"))["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    for panel in panels:
        at = panel["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells


def test_every_alert_is_explained() -> None:
    guide = (DEPLOY / "README.md").read_text(encoding="utf-8")
    for rule in _yaml("alerts.yaml")[0]["groups"][0]["rules"]:
        assert f"`{rule['alert']}`" in guide


@pytest.mark.parametrize("path", sorted(DEPLOY.iterdir()), ids=lambda path: path.name)
def test_every_setting_that_is_named_exists(path: Path) -> None:
    assert set(re.findall(rf"\b{PREFIX}[A-Z_]+\b", path.read_text(encoding="utf-8"))) <= SETTINGS


def test_the_image_is_of_this_version() -> None:
    images = {
        _yaml("compose.yaml")[0]["services"]["wirecheck"]["image"],
        _of_kind("StatefulSet")["spec"]["template"]["spec"]["containers"][0]["image"],
    }
    assert images == {f"wirecheck:{VERSION}"}


def test_nothing_may_be_written_or_gained_in_a_container() -> None:
    composed = _yaml("compose.yaml")[0]["services"]["wirecheck"]
    assert composed["read_only"] is True
    assert composed["cap_drop"] == ["ALL"]
    assert composed["security_opt"] == ["no-new-privileges:true"]
    assert all(port.startswith("127.0.0.1:") for port in composed["ports"])
    pod = _of_kind("StatefulSet")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
    }  # fmt: skip
    assert pod["automountServiceAccountToken"] is False


def _pods() -> list[Any]:
    """Return the pods that run the service, of both Kubernetes files."""
    items = [*_yaml("kubernetes.yaml"), *_yaml("kubernetes-postgres.yaml")]
    pods = [item["spec"]["template"]["spec"] for item in items if item["kind"] in ("StatefulSet", "Deployment")]
    return [pod for pod in pods if pod["containers"][0]["name"] == "wirecheck"]


def test_kubernetes_sets_no_setting_of_ours_by_itself() -> None:
    """A service named wirecheck would give every pod WIRECHECK_PORT=tcp://…, which no start survives."""
    assert _of_kind("Service")["metadata"]["name"] == "wirecheck"
    assert [pod["enableServiceLinks"] for pod in _pods()] == [False, False]


def test_whoever_stops_the_service_waits_for_its_requests() -> None:
    """As long as gunicorn does with the default budgets, and some seconds more for the worker to end."""
    defaults = Settings()
    least = 15 + max(defaults.text_budget_ms, defaults.queue_wait_ms + defaults.check_budget_ms) // 1000 + 5
    composed = [_yaml(name)[0]["services"]["wirecheck"] for name in ("compose.yaml", "compose.postgres.yaml")]
    waits = [int(service["stop_grace_period"].removesuffix("s")) for service in composed]
    waits += [pod["terminationGracePeriodSeconds"] for pod in _pods()]
    waits += [int(value) for value in _of_unit("TimeoutStopSec")]
    assert len(waits) == 5
    assert min(waits) >= least


def test_the_probes_ask_what_there_is() -> None:
    (container,) = _of_kind("StatefulSet")["spec"]["template"]["spec"]["containers"]
    client = client_of(FakeChecker())
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert client.get(container[probe]["httpGet"]["path"]).status_code == 200


def _of_unit(key: str) -> list[str]:
    unit = (DEPLOY / "wirecheck.service").read_text(encoding="utf-8")
    return re.findall(rf"^{key}=(.*)$", unit, re.MULTILINE)


def test_the_unit_s_service_gains_nothing() -> None:
    for key, wanted in {
        "DynamicUser": "yes", "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes",
        "CapabilityBoundingSet": "", "MemoryDenyWriteExecute": "yes",
    }.items():  # fmt: skip
        assert _of_unit(key) == [wanted]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "wirecheck.service"
    text = (DEPLOY / unit.name).read_text(encoding="utf-8")
    unit.write_text(text.replace("/opt/wirecheck/bin/wirecheck", "/bin/true"), encoding="utf-8")  # it must exist
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


# --- the lock ---------------------------------------------------------------------------------------------------


def _locked(name: str) -> dict[str, tuple[str, int]]:
    """Return version and number of hashes of each release in a lock."""
    text = (ROOT / name).read_text(encoding="utf-8")
    found = re.findall(r"^([\w.-]+)==([\w.+!]+)(.*?)(?=^[\w]|\Z)", text, re.MULTILINE | re.DOTALL)
    return {canonicalize_name(package): (version, rest.count("--hash=sha256:")) for package, version, rest in found}


@pytest.mark.parametrize("name", ["requirements.lock", "release/tools.lock"])
def test_every_release_in_a_lock_has_hashes(name: str) -> None:
    locked = _locked(name)
    assert len(locked) > 30
    assert [package for package, (_, hashes) in locked.items() if not hashes] == []


def test_the_lock_has_the_pins_and_all_that_is_asked_for_but_torch() -> None:
    locked = {name: version for name, (version, _) in _locked("requirements.lock").items()}
    lines = [
        line.partition("==") for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if "==" in line
    ]
    pins = {canonicalize_name(name): version for name, _, version in lines}
    other = {name for name, version in locked.items() if name in pins and version != pins[name]}
    assert other == set(), "run make lock"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = {canonicalize_name(Requirement(line).name) for line in project["dependencies"]}
    assert asked - set(locked) == {"torch", "sentence-transformers"}, "run make lock"


def test_each_tool_is_locked() -> None:
    lines = (ROOT / "release" / "tools.in").read_text("utf-8").splitlines()
    assert {line for line in lines if line and not line.startswith("#")} <= set(_locked("release/tools.lock"))
