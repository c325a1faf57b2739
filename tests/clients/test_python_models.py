"""The Python client's classes are the contract's schemas, field by field, and read what a later contract adds."""

from __future__ import annotations

import dataclasses
import inspect
import types
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
import yaml

from service.api import spec
from service.api.example import REPORT
from service.api.present import ReportSchema
from wirecheck_client import AsyncClient, Client, errors, models
from wirecheck_client.async_client import AsyncArticles, AsyncChecks
from wirecheck_client.client import Articles, Checks
from wirecheck_client.decoding import decode

SPEC = yaml.safe_load(spec.COMMITTED.read_text(encoding="utf-8"))
SCHEMAS = SPEC["components"]["schemas"]
MODELS = {name: found for name, found in vars(models).items() if dataclasses.is_dataclass(found)}
NAMES = {"string": str, "integer": int, "number": float, "boolean": bool, "null": type(None)}
# What goes in is the client's parameters; the Google shape is for Google's own clients; /healthz has nothing to say.
NO_MODEL = {
    "ArticleBody", "CheckBody", "TextBody", "Publishers", "Health", "ClaimSearch", "ReviewedClaim", "ClaimReview",
    "ReviewPublisher",
}  # fmt: skip
SHOWN: Any = ReportSchema().dump(REPORT)


def test_every_schema_has_a_class() -> None:
    assert set(MODELS) == set(SCHEMAS) - NO_MODEL


@pytest.mark.parametrize("name", sorted(MODELS))
def test_a_class_has_the_fields_of_its_schema(name: str) -> None:
    hints = get_type_hints(MODELS[name])
    inner = [field.name for field in dataclasses.fields(MODELS[name]) if field.metadata != models.FROM_HEADER]
    assert inner == list(SCHEMAS[name]["properties"])
    for field in inner:
        described = SCHEMAS[name]["properties"][field]
        lacking = field not in SCHEMAS[name].get("required", ())
        assert said(hints[field]) == wanted(described) | ({type(None)} if lacking else set()), field


def said(hint: Any) -> set[Any]:
    """Return what a type hint lets through, in the terms of `wanted`."""
    if get_origin(hint) in (Union, types.UnionType):
        return set().union(*map(said, get_args(hint)))
    if get_origin(hint) is tuple:
        return {("list", frozenset(said(get_args(hint)[0])))}
    if get_origin(hint) is Literal:
        return {("one of", frozenset(get_args(hint)))}
    if get_origin(hint) is Mapping:
        return {Mapping}
    return {hint.__name__ if dataclasses.is_dataclass(hint) else hint}  # type: ignore[union-attr]


def wanted(schema: dict[str, Any]) -> set[Any]:
    """Return what a schema lets through: types, names of classes, and choices."""
    if "$ref" in schema:
        return {schema["$ref"].rsplit("/", 1)[1]}
    if "oneOf" in schema or "anyOf" in schema:
        return set().union(*map(wanted, schema.get("oneOf") or schema["anyOf"]))
    if "enum" in schema:
        words = frozenset(word for word in schema["enum"] if word is not None)
        return {("one of", words)} | ({type(None)} if None in schema["enum"] or "null" in schema["type"] else set())
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    found: set[Any] = set()
    for kind in kinds:
        if kind == "array":
            found.add(("list", frozenset(wanted(schema["items"]))))
        elif kind == "object":
            found.add(Mapping)
        elif kind == "string" and schema.get("format") == "date-time":
            found.add(datetime)
        else:
            found.add(NAMES[kind])
    return found


def test_a_report_is_read_whole() -> None:
    report = decode(models.Report, SHOWN)
    assert report.verdict == SHOWN["verdict"]
    assert report.evidence[0].article.published_at == REPORT.evidence[0].judgement.hit.article.published_at
    assert report.evidence[0].also_in[0].sentence == SHOWN["evidence"][0]["also_in"][0]["sentence"]
    assert report.index.version == SHOWN["index"]["version"]
    assert report.conflicting == report.evidence
    assert report.supporting == ()


def test_what_a_later_service_adds_is_passed_over_and_a_new_word_handed_on() -> None:
    report = decode(models.Report, {**SHOWN, "verdict": "satire", "mood": {"sad": True}})
    assert report.verdict == "satire"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"confidence": "high"}, "the answer.confidence is 'high', not float"),
        ({"took_ms": True}, "the answer.took_ms is 'True', not int"),
        ({"evidence": [{"stance": "supports"}]}, "the answer.evidence[0] has no similarity"),
        ({"evidence": {}}, "the answer.evidence is '{}', not a list"),
        ({"coverage": {"articles": 1, "sentences": 2, "earliest": "soon", "latest": None}}, "not a date and time"),
    ],
)
def test_what_is_no_report_is_refused_by_its_place(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(errors.UnexpectedAnswerError, match=said.replace("[", r"\[").replace(".", r"\.")):
        decode(models.Report, {**SHOWN, **changed})


@pytest.mark.parametrize(("one", "other"), [(Client, AsyncClient), (Articles, AsyncArticles), (Checks, AsyncChecks)])
def test_both_clients_are_asked_alike(one: type, other: type) -> None:
    def shape(kind: type) -> dict[str, list[str]]:
        methods = {name: found for name, found in vars(kind).items() if inspect.isfunction(found) and name[0] != "_"}
        return {name.replace("aclose", "close"): list(inspect.signature(m).parameters) for name, m in methods.items()}

    assert shape(one) == shape(other)
