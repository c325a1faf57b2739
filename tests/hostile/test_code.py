"""Nothing that is read is run: no pickle, no `eval`, no shell, and weights only in formats that hold data."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = [path for top in ("service", "models", "bench") for path in sorted((ROOT / top).rglob("*.py"))]
SERVING = [path for path in FILES if "training" not in path.parts and path.parts[len(ROOT.parts)] != "bench"]
MODULES = {"pickle", "cPickle", "dill", "joblib", "cloudpickle", "shelve", "marshal", "jsonpickle"}
CALLS = {"eval", "exec", "compile", "__import__"}
UNSAFE = {("yaml", "load"), ("yaml", "unsafe_load"), ("os", "system"), ("os", "popen")}
FORMATS = {".onnx", ".safetensors", ".json", ".md", ".txt", ".png", ""}


def _is_bare(call: ast.Call) -> bool:
    """Say whether torch is told to load tensors only."""
    return any(word.arg == "weights_only" and ast.unparse(word.value) == "True" for word in call.keywords)


def dangers(source: str) -> list[str]:
    """Return what in a module would run what it reads."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [name.name for name in node.names if name.name.split(".")[0] in MODULES]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in MODULES:
            found.append(str(node.module))
        elif isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name) and called.id in CALLS:
                found.append(called.id)
            if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
                found += [f"{one}.{two}" for one, two in UNSAFE if (called.value.id, called.attr) == (one, two)]
            if isinstance(called, ast.Attribute) and ast.unparse(called) == "torch.load" and not _is_bare(node):
                found.append("torch.load")
            found += [
                f"{word.arg}=True"
                for word in node.keywords
                if word.arg in ("allow_pickle", "shell", "trust_remote_code")
                and not (isinstance(word.value, ast.Constant) and word.value.value is False)
            ]
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_module_runs_what_it_reads(path: Path) -> None:
    assert dangers(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "source",
    ["import pickle", "from dill import loads", "eval(x)", "torch.load(x)", "yaml.load(x)",
     "np.load(x, allow_pickle=True)",
     "subprocess.run(x, shell=True)", "M.from_pretrained(x, trust_remote_code=True)", "os.system(x)"],
)  # fmt: skip
def test_the_guard_sees_it(source: str) -> None:
    assert len(dangers(source)) == 1


def test_weights_are_in_formats_that_hold_data_only() -> None:
    shipped = [path for path in (ROOT / "models").rglob("*") if path.is_file() and path.suffix != ".py"]
    weights = [path for path in shipped if "training" not in path.parts and "__pycache__" not in path.parts]
    assert {path.suffix for path in weights} <= FORMATS


def test_no_process_is_started_by_what_serves() -> None:
    imports = {
        path.relative_to(ROOT).as_posix()
        for path in SERVING
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Import) and any(name.name == "subprocess" for name in node.names)
    }
    assert imports == set()
