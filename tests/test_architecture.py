"""Imports flow one way: api to checking to corpus to reading to language to domain. Nothing imports upwards."""

from __future__ import annotations

import ast
import graphlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = (
    "language",
    "reading",
    "fetching",
    "spotting",
    "corpus",
    "checking",
    "api",
)  # each may import itself and those before it
OPEN_TO_ALL = frozenset({"domain", "errors", "keeping", "keys", "ports"})
WEB = frozenset({"flask", "flask_limiter", "flask_smorest", "flask_swagger_ui", "gunicorn", "webargs", "werkzeug"})
SLOW = frozenset({"torch", "sentence_transformers", "models"})  # only inside functions, so that --help stays fast
# `python -m service.api.spec` is a command that writes the contract of the whole app, so it makes the app.
COMMANDS = {("service/api/spec.py", "service.app")}


@dataclass(frozen=True)
class Import:
    """One imported module, dotted; `at_start`: it is imported with its module, not later inside a function."""

    module: str
    at_start: bool

    @property
    def top(self) -> str:
        return self.module.split(".")[0]

    @property
    def room(self) -> str:
        """Return `checking` for `service.checking.x`; empty for what is not ours."""
        parts = self.module.split(".")
        return parts[1] if parts[0] == "service" and len(parts) > 1 else ""


def imports_of(source: str) -> list[Import]:
    tree = ast.parse(source)
    later = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or _is_for_types(node)
        for inner in ast.walk(node)
    }
    return [Import(name, id(node) not in later) for node in ast.walk(tree) for name in _names(node)]


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "relative imports hide where a name comes from"
        # `from service.api import check` names a module, `from service.domain import Hit` does not.
        for alias in node.names:
            inner = f"{node.module}.{alias.name}"
            yield inner if (ROOT / Path(*inner.split("."))).with_suffix(".py").exists() else str(node.module)


def upward(room: str, found: list[Import]) -> list[str]:
    """Return what a module in a room must not import."""
    allowed = OPEN_TO_ALL | set(ROOMS[: ROOMS.index(room) + 1])
    ours = [i.module for i in found if i.top == "service" and i.room not in allowed]
    foreign = [i.module for i in found if i.top == "models" or (i.top in WEB and room != "api")]
    return ours + foreign


FILES = {path: imports_of(path.read_text("utf-8")) for path in sorted((ROOT / "service").rglob("*.py"))}
IN_ROOMS = [path for path in FILES if path.relative_to(ROOT).parts[1] in ROOMS]


def _shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", IN_ROOMS, ids=_shown)
def test_no_room_imports_upwards(path: Path) -> None:
    found = upward(path.relative_to(ROOT).parts[1], FILES[path])
    assert [module for module in found if (_shown(path), module) not in COMMANDS] == []


@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("language", "from service.reading.sentences import split"),
        ("reading", "import service.corpus.store"),
        ("corpus", "from service.checking import verdict"),
        ("checking", "def f():\n    from service.api.schemas import CheckBody"),
        ("checking", "from flask import request"),
        ("api", "from service.assembly import build_pipeline"),
        ("corpus", "from models.embedder import load_embedder"),
    ],
)
def test_the_guard_sees_an_import_that_goes_up(room: str, line: str) -> None:
    assert len(upward(room, imports_of(line))) == 1


def test_what_all_may_import_imports_none_of_the_rooms() -> None:
    for name in OPEN_TO_ALL:
        rooms = {i.room for i in FILES[ROOT / "service" / f"{name}.py"] if i.top == "service"}
        assert rooms <= OPEN_TO_ALL, name


def test_only_the_way_to_http_imports_the_web() -> None:
    users = {_shown(path).split("/")[1] for path, found in FILES.items() if {i.top for i in found} & WEB}
    assert users <= {"api", "app.py", "arrivals.py", "cli.py"}  # `serve` ends in gunicorn


def test_the_verdict_is_arithmetic() -> None:
    found = FILES[ROOT / "service" / "checking" / "verdict.py"]
    assert {i.module for i in found if i.top not in ("__future__", "collections", "dataclasses")} == {"service.domain"}


def test_nothing_slow_is_imported_at_the_start() -> None:
    slow = {(_shown(path), i.module) for path, found in FILES.items() for i in found if i.top in SLOW and i.at_start}
    assert slow == set()


def test_the_models_know_nothing_of_the_service_but_its_words() -> None:
    for path in (ROOT / "models").glob("*.py"):
        rooms = {i.room for i in imports_of(path.read_text("utf-8")) if i.top == "service"}
        assert rooms <= OPEN_TO_ALL, path.name


def test_no_module_imports_itself_in_a_circle() -> None:
    graph = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): {
            i.module for i in found if i.top == "service" and i.at_start
        }
        for path, found in FILES.items()
    }
    assert len(list(graphlib.TopologicalSorter(graph).static_order())) >= len(graph)


def test_a_start_imports_nothing_slow_before_it_knows_what_has_changed() -> None:
    # The command ends in gunicorn, which imports all of it again: what it need not know costs twice.
    program = "import sys, service.access, service.cli, service.logs, service.opening; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    slow = SLOW | WEB | {"faiss", "limits", "numpy", "onnxruntime", "psycopg"}
    assert slow & set(done.stdout.split()) == set()
