"""The machine: Python, the packages, SQLite, OpenMP, cores, the port."""

from __future__ import annotations

import http.client
import os
import platform
import socket
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from service.config import Settings
from service.doctor.finding import Finding, Level

PINS = Path(__file__).parents[2] / "constraints.txt"  # beside a checkout; a wheel has none
_INSTALL = "pip install --constraint constraints.txt wirecheck, in an environment of its own"
_SPARED = {"sentence-transformers", "torch"}  # only other models than the packaged ones need them
_SHOWN = 5
_ANSWERS_S = 5


def python(version: str = platform.python_version()) -> Finding:
    """Say whether the project supports this Python."""
    wanted = metadata.metadata("wirecheck")["Requires-Python"] or ">=3.11"
    if SpecifierSet(wanted).contains(version, prereleases=True):
        return Finding("python", Level.OK, version)
    return Finding("python", Level.FAILED, f"{version} does not fit {wanted}", "use another Python")


def packages(
    required: Iterable[str] | None = None,
    pins: Path = PINS,
    installed: Callable[[str], str] = metadata.version,
) -> Finding:
    """Say whether all that is needed is here, within its floors, in the releases that were tested."""
    lines = metadata.requires("wirecheck") or [] if required is None else required
    wanted = [r for r in map(Requirement, lines) if r.marker is None or r.marker.evaluate({"extra": ""})]
    missing = {r.name for r in wanted if _missing(r.name, installed)}
    wanted = [r for r in wanted if r.name not in missing & _SPARED]
    faults = [*(f"{name} is missing" for name in sorted(missing - _SPARED)), *_old(wanted, missing, installed)]
    if faults:
        return Finding("packages", Level.FAILED, _listed(faults), _INSTALL)
    tested = _tested(pins)
    others = [
        f"{r.name} {installed(r.name)}, tested is {tested[name]}"
        for r in wanted
        if (name := canonicalize_name(r.name)) in tested and installed(r.name).partition("+")[0] != tested[name]
    ]
    if others:
        return Finding("packages", Level.WARNING, _listed(others), _INSTALL)
    said = f"{len(wanted)} present, {'as pinned' if tested else 'within their floors'}"
    without = " and ".join(sorted(missing))
    return Finding(
        "packages", Level.OK, f"{said}; without {without}, only the packaged models load" if without else said
    )


def _missing(name: str, installed: Callable[[str], str]) -> bool:
    try:
        installed(name)
    except metadata.PackageNotFoundError:
        return True
    return False


def _old(wanted: Iterable[Requirement], missing: set[str], installed: Callable[[str], str]) -> Iterator[str]:
    for requirement in wanted:
        if requirement.name not in missing and not requirement.specifier.contains(
            version := installed(requirement.name), prereleases=True
        ):
            yield f"{requirement.name} {version} does not fit {requirement.specifier}"


def _tested(pins: Path) -> dict[str, str]:
    if not pins.exists():
        return {}
    lines = (line.partition("#")[0].strip() for line in pins.read_text(encoding="utf-8").splitlines())
    return {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in lines if line)}


def _listed(faults: list[str]) -> str:
    more = f" and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
    return "; ".join(faults[:_SHOWN]) + more


def fts5(connect: Callable[[str], sqlite3.Connection] = sqlite3.connect) -> Finding:
    """Say whether this SQLite can search for words."""
    with closing(connect(":memory:")) as connection:
        try:
            connection.execute("CREATE VIRTUAL TABLE words USING fts5(word)")
        except sqlite3.Error as error:
            said = f"SQLite {sqlite3.sqlite_version} has no FTS5 ({error})"
            return Finding("fts5", Level.FAILED, said, "use a Python whose sqlite3 was built with it")
    return Finding("fts5", Level.OK, f"SQLite {sqlite3.sqlite_version}")


def openmp(system: str = platform.system()) -> Finding:
    """Say whether torch and FAISS can live in one process."""
    if system == "Darwin":
        said = "on macOS torch and FAISS each bring an OpenMP runtime and crash together"
        return Finding("openmp", Level.WARNING, said, "keep to the packaged models, which load no torch")
    return Finding("openmp", Level.OK, f"no clash is known on {system}")


def threads(settings: Settings) -> Finding:
    """Say whether workers and their threads fit the cores."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    said = f"{settings.workers} workers of {settings.threads} threads on {cores} cores"
    if settings.workers * settings.threads > cores:
        cure = "lower WIRECHECK_WORKERS or WIRECHECK_THREADS: more threads than cores make every check slower"
        return Finding("threads", Level.WARNING, said, cure)
    return Finding("threads", Level.OK, said)


def port(settings: Settings) -> Finding:
    """Say whether the port is free, or held by a Wirecheck."""
    address = f"{settings.host}:{settings.port}"
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as wanted:
        wanted.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            wanted.bind((settings.host, settings.port))
        except PermissionError:
            return Finding("port", Level.FAILED, f"{address} may not be listened on", "set WIRECHECK_PORT above 1023")
        except OSError as error:
            if _is_ours(settings):
                return Finding("port", Level.OK, f"a Wirecheck answers at {address} already")
            said = f"{address} cannot be listened on ({error.strerror})"
            return Finding("port", Level.FAILED, said, "stop what holds it, or set WIRECHECK_HOST and WIRECHECK_PORT")
    return Finding("port", Level.OK, f"{address} is free")


def _is_ours(settings: Settings) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    with closing(http.client.HTTPConnection(host, settings.port, timeout=_ANSWERS_S)) as connection:
        try:
            connection.request("GET", "/openapi.yaml")
            return b"title: Wirecheck" in connection.getresponse().read(2000)
        except (OSError, http.client.HTTPException):
            return False
