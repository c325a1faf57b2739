"""A kept check laid out for one sheet of paper: what was asked, what was answered, and what it rests on."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from service.api.plain import one_line
from service.api.text import VERDICT_WORDS, count
from service.keeping import KeptCheck

MOST_SENTENCES = 3  # of a side; more would not fit on the sheet
MOST_POINTS = 5
MOST_CHARACTERS = 280  # of a sentence, a name, a warning
MOST_OF_TWO = 600  # of a passage of two sentences: what settles the claim may stand in the second
_HERE = Path(__file__).parent
_STYLE = (_HERE / "printed.css").read_text(encoding="utf-8")
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
# The page has to be whole when it is saved, so its style is in it; nothing else may be loaded or run.
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGES = Environment(
    loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)

Answer = Mapping[str, Any]  # a report as it was answered


@dataclass(frozen=True, slots=True)
class Cited:
    """A sentence with its source, and what else is to be known of it, each on a line."""

    sentence: str
    source: str
    address: str | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """What stands on one side: how much there is in words, and the strongest sentence of each origin first."""

    title: str
    counted: str
    shown: tuple[Cited, ...]
    left_out: int


def printed(kept: KeptCheck) -> str:
    """Return a kept check as an HTML page that needs no other file and prints on one sheet."""
    answer: Answer = json.loads(kept.answer)
    return _PAGES.get_template("printed.html").render(
        style=_STYLE,
        claim=one_line(answer["claim"]),
        verdict=VERDICT_WORDS[kept.verdict],
        confidence=f"{answer['confidence']:.0%}",
        reason=one_line(answer["reason"]),
        scope=one_line(answer["scope"]),
        narrowed=tuple(_narrowed(kept)),
        sides=(_side("Supporting", "supports", answer), _side("Conflicting", "conflicts", answer)),
        timeline=tuple(map(_point, answer["timeline"][-MOST_POINTS:])),
        fact_checks=tuple(map(_fact_check, answer["fact_checks"][:MOST_SENTENCES])),
        warnings=tuple(map(_cut, answer["warnings"])),
        stale=tuple(f"{_cut(cause.title)}: {cause.why.value} since" for cause in kept.stale),
        check_id=one_line(kept.id),
        checked_at=f"{kept.checked_at:%Y-%m-%d %H:%M} UTC",
        index_version=kept.index_version,
        models=f"{kept.embedder}, {kept.stance_model}",
    )


def _narrowed(kept: KeptCheck) -> Iterator[str]:
    query = kept.query
    if query.published_from:
        yield f"published from {query.published_from:%Y-%m-%d}"
    if query.published_to:
        yield f"published to {query.published_to:%Y-%m-%d}"
    if query.publishers_include:
        yield f"only {_cut(', '.join(query.publishers_include))}"
    if query.publishers_exclude:
        yield f"without {_cut(', '.join(query.publishers_exclude))}"


def _side(title: str, stance: str, answer: Answer) -> Side:
    entries = [entry for entry in answer["evidence"] if entry["stance"] == stance]
    name = title.lower()
    counted = f"{count(answer['origins'][name], 'independent origin')}, {count(answer['articles'][name], 'article')}"
    shown = tuple(map(_cited, _origins_first(entries)[:MOST_SENTENCES]))
    return Side(title, counted, shown, len(entries) - len(shown))


def _origins_first(entries: Sequence[Answer]) -> list[Answer]:
    """Return the entries with the strongest of each origin before the others: the sheet has room for few."""
    seen: set[str] = set()
    first: list[Answer] = []
    others: list[Answer] = []
    for entry in entries:
        (others if entry["origin"]["id"] in seen else first).append(entry)
        seen.add(entry["origin"]["id"])
    return [*first, *others]


def _cited(entry: Answer) -> Cited:
    article = entry["article"]
    return Cited(_cut(entry["sentence"], MOST_OF_TWO), _source(article), _address(article["url"]), tuple(_notes(entry)))


def _notes(entry: Answer) -> Iterator[str]:
    yield f"origin: {_cut(entry['origin']['name'])}, in {count(entry['origin']['articles'], 'article')}"
    if said := entry["attribution"]:
        yield f"as {_cut(said['speaker'])} {said['act']}"
    for each in entry["differences"]:
        yield f"the claim says “{_cut(each['claim']['text'])}”, the article “{_cut(each['evidence']['text'])}”"
    if newer := entry["superseded_by"]:
        yield f"since replaced by {_cut(newer['text'])}"


def _point(point: Answer) -> str:
    amount = f"{point['value']:,.10g} {point['unit'] or ''}".strip()
    return f"{_day(point['as_of'])}: {amount} ({_cut(point['article']['publisher'] or 'publisher unknown')})"


def _fact_check(found: Answer) -> str:
    return f"{_cut(found['publisher'])}: {_cut(found['rating'])}, on “{_cut(found['claim'])}”"


def _source(article: Answer) -> str:
    return _joined((article["publisher"], article["title"], _day(article["published_at"])))


def _joined(parts: Iterable[str | None]) -> str:
    return ", ".join(_cut(part) for part in parts if part)


def _day(moment: str | None) -> str:
    return moment[:10] if moment else "undated"


def _address(url: str | None) -> str | None:
    """Return an address that a reader may follow and that has room; an article may state any."""
    is_of_the_web = url is not None and url.lower().startswith(("http://", "https://"))
    return url if is_of_the_web and len(url or "") <= MOST_CHARACTERS else None


def _cut(text: str, most: int = MOST_CHARACTERS) -> str:
    line = one_line(text)
    return line if len(line) <= most else f"{line[:most].rsplit(' ', 1)[0]} […]"
