"""Writes a collection of requests for Postman, Bruno and their like from the contract and its examples.

`python -m service.api.collection FILE`. It is made on demand and not committed, so that it cannot be out of date.
Shape: Postman Collection 2.1.0, which Bruno, Insomnia and Hoppscotch import too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click
import yaml

from service.api import spec

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
BASE_URL = "http://127.0.0.1:8000"
_JSON = "application/json"


def collection(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the collection of an OpenAPI document: a folder for each tag, a request for each example of a body."""
    folders: dict[str, list[dict[str, Any]]] = {}
    for path, operations in document["paths"].items():
        shared = operations.get("parameters", [])
        for method, operation in operations.items():
            if method != "parameters":
                tag = operation.get("tags", ["other"])[0]
                folders.setdefault(tag, []).extend(_requests(path, method, operation, shared))
    info = document["info"]
    return {
        "info": {
            "name": info["title"], "description": info["description"], "version": info["version"], "schema": SCHEMA
        },
        "variable": [{"key": "baseUrl", "value": BASE_URL}, {"key": "apiKey", "value": ""}],
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{apiKey}}", "type": "string"}]},
        "item": [{"name": name, "item": items} for name, items in folders.items()],
    }  # fmt: skip


def _requests(
    path: str, method: str, operation: Mapping[str, Any], shared: list[Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    parameters = [*shared, *operation.get("parameters", [])]
    accepts = list(_accepted(operation))
    for kind, name, body in _bodies(operation):
        headers = [{"key": "Content-Type", "value": kind}] if kind else []
        headers += [{"key": "Accept", "value": accepts[0]}] if accepts else []
        headers += [_entry(parameter, disabled=True) for parameter in parameters if parameter["in"] == "header"]
        request: dict[str, Any] = {
            "method": method.upper(),
            "description": operation.get("description") or operation["summary"],
            "header": headers,
            "url": _url(path, parameters),
        }
        if body is not None:
            request["body"] = {"mode": "raw", "raw": body}
        yield {"name": operation["summary"] + (f" ({name})" if name else ""), "request": request, "response": []}


def _url(path: str, parameters: list[Mapping[str, Any]]) -> dict[str, Any]:
    steps = [f":{step[1:-1]}" if step.startswith("{") else step for step in path.strip("/").split("/")]
    query = [
        _entry(parameter, disabled=not (parameter.get("required") or parameter["schema"].get("examples")))
        for parameter in parameters
        if parameter["in"] == "query"
    ]
    asked = "&".join(f"{entry['key']}={quote(entry['value'])}" for entry in query if not entry["disabled"])
    return {
        "raw": "{{baseUrl}}/" + "/".join(steps) + (f"?{asked}" if asked else ""),
        "host": ["{{baseUrl}}"],
        "path": steps,
        "query": query,
        "variable": [_entry(parameter) for parameter in parameters if parameter["in"] == "path"],
    }


def _entry(parameter: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    schema = parameter["schema"]
    first = [*schema.get("examples", []), *schema.get("enum", []), schema.get("default", "")][0]
    shown = json.dumps(first) if isinstance(first, bool) else str(first)
    return {"key": parameter["name"], "value": shown, "description": parameter.get("description", ""), **more}


def _bodies(operation: Mapping[str, Any]) -> Iterator[tuple[str, str, str | None]]:
    """Yield content type, name and text of each example of a body; one without a body where there is none."""
    contents = operation.get("requestBody", {}).get("content", {})
    if not contents:
        yield "", "", None
    for kind, described in contents.items():
        named = described.get("examples") or {"": {"value": described["example"]}}
        for name, example in named.items():
            value = example["value"]
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
            yield kind, example.get("summary") or ("" if kind == _JSON else kind) or name, text


def _accepted(operation: Mapping[str, Any]) -> Iterator[str]:
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            yield from response.get("content", {})


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def main(file: Path) -> None:
    """Write the collection of the committed contract to FILE."""
    made = collection(yaml.safe_load(spec.COMMITTED.read_text(encoding="utf-8")))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(made, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
