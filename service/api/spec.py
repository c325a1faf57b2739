"""Writes the OpenAPI document, and says whether the committed one is still true.

`python -m service.api.spec --check` compares, `--write` writes; neither needs a model.
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import yaml
from flask import Flask

from service.api.samples import add_samples
from service.domain import Query, Report
from service.errors import NotReadyError

COMMITTED = Path(__file__).parents[2] / "openapi.yaml"


class NoChecker:
    """Stands where a checker stands while only the document is wanted, and refuses to work."""

    def state(self) -> dict[str, str]:
        """Return one part that never becomes ready."""
        return {"models": "failed: this app was made for its document only"}

    def check(self, query: Query) -> Report:
        """Refuse."""
        raise NotReadyError("this app was made for its document only; start the service with wirecheck serve")


def to_yaml(api: Any) -> str:
    """Return the document of a flask-smorest api, the same text each time."""
    document = _plain(api.spec.to_dict())
    add_samples(document["paths"])
    ordered = {"openapi": document.pop("openapi"), "info": document.pop("info"), **document}
    text: str = yaml.dump(ordered, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return text


def spec_yaml(app: Flask) -> str:
    """Return the document of an app."""
    return to_yaml(app.extensions["flask-smorest"]["apis"][""]["ext_obj"])


def write_spec(path: Path) -> None:
    """Write the document of the service."""
    path.write_text(_current(), encoding="utf-8")


def difference(path: Path) -> str | None:
    """Return the first line that differs from the file, or None where nothing does."""
    committed = path.read_text(encoding="utf-8") if path.exists() else ""
    lines = difflib.unified_diff(committed.splitlines(), _current().splitlines(), lineterm="", n=0)
    return next((line for line in lines if line[:1] in "+-" and line[:3] not in {"+++", "---"}), None)


def _current() -> str:
    from service.app import create_app  # the app serves this module's document

    return spec_yaml(create_app(NoChecker()))


def _plain(node: Any) -> Any:
    """Return the document in plain dicts, lists and strings, an operation's responses in the order of their codes."""
    if isinstance(node, Mapping):
        plain = {str(key): _plain(value) for key, value in node.items()}
        return dict(sorted(plain.items())) if plain and all(map(str.isdigit, plain)) else plain
    if isinstance(node, (list, tuple)):
        return [_plain(value) for value in node]
    return str(node) if isinstance(node, str) else node


class _Dumper(yaml.SafeDumper):
    """Writes each value out where it is used, and a text of several lines as such."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None),
)


@click.command()
@click.option("--write/--check", default=False, help="Write openapi.yaml, or compare it with the schemas.")
def main(write: bool) -> None:
    """Write openapi.yaml, or exit 1 where it differs from the schemas."""
    if write:
        write_spec(COMMITTED)
        return
    line = difference(COMMITTED)
    if line is not None:
        click.echo(f"openapi.yaml differs from the schemas, first at: {line}; run: python -m service.api.spec --write")
        sys.exit(1)


if __name__ == "__main__":
    main()
