"""What is shipped is whole, what is pinned is what is needed, and what the papers name exists."""

from __future__ import annotations

import ast
import dataclasses
import hashlib
import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from service.cli import main
from service.config import PREFIX, Settings

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
PAGES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md"))
CLIENTS = ("clients/javascript/README.md", "clients/python/README.md")
MAIN = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "deploy/README.md")
PAPERS = (*MAIN, *PAGES)
SHIPPED = ("service", "models")


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


# --- the wheel --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    """A wheel built from a copy, so that the build leaves nothing in the checkout."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for name in SHIPPED:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(out)]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", *options, str(source)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (built,) = out.glob("*.whl")
    with zipfile.ZipFile(built) as opened:
        yield opened


def test_the_wheel_holds_every_file_of_the_packages(wheel: zipfile.ZipFile):
    files = (path for name in SHIPPED for path in (ROOT / name).rglob("*") if path.is_file())
    wanted = {
        path.relative_to(ROOT).as_posix()
        for path in files
        if not any(part.startswith((".", "__pycache__")) for part in path.relative_to(ROOT).parts)
    }
    assert wanted - set(wheel.namelist()) == set()


def test_the_wheel_holds_nothing_but_the_packages(wheel: zipfile.ZipFile):
    top = {name.split("/")[0] for name in wheel.namelist()}
    assert top == {*SHIPPED, f"wirecheck-{PROJECT['version']}.dist-info"}


@pytest.mark.parametrize(("model", "graph"), [("stance", "stance.onnx"), ("minilm", "graph.onnx")])
def test_the_wheel_holds_the_models_that_their_manifests_describe(wheel: zipfile.ZipFile, model: str, graph: str):
    files = json.loads(wheel.read(f"models/{model}/manifest.json"))["files"]
    assert graph in files
    for name, expected in files.items():
        assert hashlib.sha256(wheel.read(f"models/{model}/{name}")).hexdigest() == expected, name


@pytest.mark.parametrize(
    ("pattern", "least"),
    [
        (r"service/sample/.+\.(txt|md|html|json|jsonl)", 12),
        (r"service/corpus/migrations/versions/\d+_\w+\.py", 1),
        (r"service/corpus/migrations/env\.py", 1),
        (r"wirecheck-.+\.dist-info/licenses/LICENSE", 1),
    ],
)
def test_the_wheel_holds_what_the_service_reads_at_run_time(wheel: zipfile.ZipFile, pattern: str, least: int):
    assert sum(bool(re.fullmatch(pattern, name)) for name in wheel.namelist()) >= least


def test_the_docs_page_is_shipped_by_the_package_that_serves_it():
    pages = {path.name for path in metadata.files("flask-swagger-ui") or ()}
    assert {"swagger-ui-bundle.js", "swagger-ui.css"} <= pages


# --- the pins ---------------------------------------------------------------------------------------------------


def _requirements(*extras: str) -> list[Requirement]:
    lines = [*PROJECT["dependencies"], *(line for extra in extras for line in EXTRAS[extra])]
    return [Requirement(line) for line in lines]


def _pins() -> dict[str, Requirement]:
    lines = (line.split("#")[0].strip() for line in _read("constraints.txt").splitlines())
    pins = [Requirement(line) for line in lines if line]
    by_name = {str(canonicalize_name(pin.name)): pin for pin in pins}
    assert len(by_name) == len(pins), "constraints.txt pins a package twice"
    return by_name


def _pinned(pin: Requirement) -> Version:
    (specifier,) = pin.specifier
    assert specifier.operator == "==", pin
    return Version(specifier.version)


def test_every_pin_is_one_exact_release_that_any_build_fits():
    for pin in _pins().values():
        assert _pinned(pin).local is None, f"{pin} fits only one build"


@pytest.mark.parametrize("requirement", _requirements(*EXTRAS), ids=str)
def test_every_requirement_is_pinned_within_its_range(requirement: Requirement):
    pin = _pins().get(canonicalize_name(requirement.name))
    assert pin is not None, "run the refresh in CONTRIBUTING.md"
    assert requirement.specifier.contains(_pinned(pin), prereleases=True)


def _closure(requirements: Iterable[Requirement]) -> set[str]:
    """Return the canonical names of everything that the requirements bring in here, by what is installed."""
    found: set[str] = set()
    seen: set[tuple[str, str]] = set()
    waiting = [(requirement, "") for requirement in requirements]
    while waiting:
        requirement, asked = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": asked}):
            continue
        name = str(canonicalize_name(requirement.name))
        found.add(name)
        for extra in ("", *requirement.extras):
            if (name, extra) not in seen:
                seen.add((name, extra))
                lines = metadata.requires(name) or []
                waiting += [(Requirement(line), str(canonicalize_name(extra))) for line in lines]
    return found


@pytest.mark.skipif(
    sys.platform != "linux" or sys.version_info[:2] != (3, 11),
    reason="the pins were taken on Linux with Python 3.11; other systems bring in a few other packages",
)
def test_the_pins_are_all_that_is_needed_and_nothing_else():
    assert _closure(_requirements(*EXTRAS)) == set(_pins())


def _imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names) - {*SHIPPED, "tests", "bench", "wirecheck_client"}


@pytest.mark.parametrize(
    ("folder", "without", "extras"),
    [
        ("service", "-", ("otel", "postgres")),
        ("models", "models/training", ()),
        ("models/training", "-", ("train",)),
        ("tests", "-", ("dev",)),
    ],
)
def test_every_import_is_of_a_package_that_is_asked_for(folder: str, without: str, extras: tuple[str, ...]):
    asked = {str(canonicalize_name(requirement.name)) for requirement in _requirements(*extras)}
    distributions = metadata.packages_distributions()
    for path in sorted((ROOT / folder).rglob("*.py")):
        if path.is_relative_to(ROOT / without):
            continue
        for module in _imported(path):
            given = {str(canonicalize_name(name)) for name in distributions.get(module, ())}
            assert given & asked, f"{path.relative_to(ROOT)} imports {module}, which pyproject.toml does not ask for"


# --- the image --------------------------------------------------------------------------------------------------


def _instructions() -> list[tuple[str, str]]:
    """Return the Dockerfile's instructions, continued lines joined, comments left out."""
    lines = [line for line in _read("Dockerfile").splitlines() if not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    split = (line.partition(" ") for line in joined.splitlines() if line.strip())
    return [(word.upper(), rest.strip()) for word, _, rest in split]


def _final_stage() -> list[tuple[str, str]]:
    instructions = _instructions()
    last = max(index for index, (word, _) in enumerate(instructions) if word == "FROM")
    return instructions[last:]


def test_the_image_runs_as_a_fixed_user_that_is_not_root():
    users = [rest for word, rest in _final_stage() if word == "USER"]
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", users[-1])


def test_the_image_says_whether_it_is_well():
    (check,) = [rest for word, rest in _final_stage() if word == "HEALTHCHECK"]
    assert "/healthz" in check


def test_the_image_starts_the_command_itself_so_that_signals_reach_it():
    (entry,) = [rest for word, rest in _final_stage() if word == "ENTRYPOINT"]
    program, command = json.loads(entry)
    assert program in PROJECT["scripts"]
    assert command in main.commands


def test_the_image_fetches_nothing_but_packages():
    words = {word for word, _ in _instructions()}
    assert "ADD" not in words
    runs = [rest for word, rest in _instructions() if word == "RUN"]
    assert not [run for run in runs if re.search(r"\b(curl|wget)\b|https?://", run)]


def test_the_image_has_the_project_s_version():
    labels = " ".join(rest for word, rest in _final_stage() if word == "LABEL")
    said = dict(item.split("=", 1) for item in shlex.split(labels))
    assert said["org.opencontainers.image.version"] == PROJECT["version"]


def test_what_the_image_copies_is_there_and_not_left_out():
    allowed = {line[1:] for line in _read(".dockerignore").splitlines() if line.startswith("!")}
    copies = [rest.split() for word, rest in _instructions() if word == "COPY" and not rest.startswith("--from")]
    sources = {source for copy in copies for source in copy[:-1]}
    assert sources == allowed
    assert all((ROOT / source).exists() for source in sources)


@pytest.mark.parametrize("name", ["Dockerfile", "Makefile"])
def test_whatever_installs_does_so_with_the_pins(name: str):
    installs = [line for line in _read(name).replace("\\\n", " ").splitlines() if "pip install" in line]
    assert installs
    for line in installs:
        assert "--constraint constraints.txt" in line or "--no-deps" in line


# --- the papers -------------------------------------------------------------------------------------------------


def _code(name: str) -> str:
    """Return the code spans and code blocks of a Markdown file."""
    blocks = re.findall(r"^```.*?^```", _read(name), re.DOTALL | re.MULTILINE)
    prose = re.sub(r"^```.*?^```", "", _read(name), flags=re.DOTALL | re.MULTILINE)
    return "\n".join([*blocks, *re.findall(r"`[^`\n]+`", prose)])


@pytest.mark.parametrize("name", PAPERS)
def test_every_make_command_that_is_named_exists(name: str):
    targets = set(re.findall(r"^([a-z0-9]+):", _read("Makefile"), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z0-9]+)", _code(name)))
    assert named or name not in MAIN
    assert named <= targets


def test_every_wirecheck_command_that_is_named_exists():
    named = {command for name in PAPERS for command in re.findall(r"\bwirecheck ([a-z]+)\b", _code(name))}
    assert named
    assert named <= set(main.commands)


SETTINGS = {PREFIX + field.name.upper(): field.default for field in dataclasses.fields(Settings)}


def _named_settings(text: str) -> set[str]:
    return set(re.findall(rf"\b{PREFIX}[A-Z_]+\b", text))


def test_the_page_of_settings_names_every_setting_and_no_other():
    assert _named_settings(_read("docs/settings.md")) == set(SETTINGS)


@pytest.mark.parametrize("name", [*PAPERS, *CLIENTS, "CHANGELOG.md"])
def test_every_setting_that_is_named_exists(name: str):
    assert _named_settings(_read(name)) <= {*SETTINGS, f"{PREFIX}URL"}  # the last is a variable of a client's example


def test_the_page_of_settings_gives_the_defaults_of_the_code():
    rows = dict(re.findall(rf"^\| `({PREFIX}[A-Z_]+)` \| `([^`]+)` \|", _read("docs/settings.md"), re.MULTILINE))
    in_words = {f"{PREFIX}LOG"}  # empty, and then decided by where it runs
    told = {name: said for name, said in rows.items() if name not in in_words}
    assert len(told) >= 20
    assert told == {name: str(SETTINGS[name]).replace("False", "false") for name in told}


@pytest.mark.parametrize("name", [*PAPERS, *CLIENTS, "CHANGELOG.md"])
def test_every_file_that_is_linked_exists(name: str):
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", _read(name))
    assert [link for link in links if not ((ROOT / name).parent / link).exists()] == []


def _anchors(path: Path) -> set[str]:
    """Return the anchors of a Markdown file's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", PAPERS)
def test_every_heading_that_is_linked_exists(name: str):
    links = re.findall(r"\]\((?!https?://)([^)#]*)#([^):]+)\)", _read(name))
    at = (ROOT / name).parent
    assert [f"{file}#{to}" for file, to in links if to not in _anchors(at / file if file else ROOT / name)] == []


def test_the_readme_links_every_page():
    assert {*PAGES, *MAIN[1:], *CLIENTS} <= set(re.findall(r"\]\(([^)#]+)", _read("README.md")))
