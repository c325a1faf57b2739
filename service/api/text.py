"""A report laid out for a terminal of 80 columns. Nothing from an article reaches it as more than one clean line."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby

from service.api.plain import one_line
from service.domain import Article, Difference, Evidence, Excluded, Hit, Report, Stance, TimelinePoint, Verdict

_WIDTH = 80
VERDICT_WORDS = {
    Verdict.SUPPORTED: "SUPPORTED",
    Verdict.REFUTED: "REFUTED",
    Verdict.DISPUTED: "DISPUTED",
    Verdict.OUTDATED: "OUTDATED",
    Verdict.NOT_ENOUGH_EVIDENCE: "NOT ENOUGH EVIDENCE",
}


def render(report: Report) -> str:
    """Return the report as lines of at most 80 columns; only a link or an unbroken word may be longer."""
    origins, articles = report.ruling.origins, report.ruling.articles
    blocks = [
        _head(report),
        _side("Supporting", report.evidence, Stance.SUPPORTS, origins.supporting, articles.supporting),
        _side("Conflicting", report.evidence, Stance.CONFLICTS, origins.conflicting, articles.conflicting),
        _block("Over time", map(_point, report.timeline)),
        _block("Related, neither for nor against", (_brief(item.judgement.hit) for item in report.related)),
        _block("Excluded", map(_excluded, report.excluded)),
        _block("Warnings", (wrapped(warning, 2) for warning in report.warnings)),
        [f"Check {one_line(report.check_id)}, {report.took_ms:,} ms"],
    ]
    return "\n\n".join("\n".join(lines) for lines in blocks if lines) + "\n"


def _head(report: Report) -> list[str]:
    ruling = report.ruling
    return [
        f"{VERDICT_WORDS[ruling.verdict]}, confidence {ruling.confidence:.0%}",
        *wrapped(f"Claim: {report.claim}"),
        *wrapped(ruling.reason),
        *wrapped(report.scope),
    ]


def _side(title: str, evidence: Sequence[Evidence], stance: Stance, origins: int, articles: int) -> list[str]:
    """Return one side's block, its sentences gathered by origin in the order of each origin's strongest one."""
    here = [item for item in evidence if item.judgement.stance is stance]
    if not here:
        return []
    order = {name: place for place, name in enumerate(dict.fromkeys(item.origin.id for item in here))}
    here.sort(key=lambda item: order[item.origin.id])
    lines = [f"{title}: {count(origins, 'independent origin')}, {count(articles, 'article')}"]
    for _, group in groupby(here, key=lambda item: item.origin.id):
        items = list(group)
        origin = items[0].origin
        lines += ["", *wrapped(f"{origin.name} ({count(origin.articles, 'article')})", 2)]
        for item in items:
            lines += _sentence(item)
    return lines


def _sentence(item: Evidence) -> Iterator[str]:
    judgement = item.judgement
    hit = judgement.hit
    yield from wrapped(f'"{hit.sentence.text}"', 4)
    yield from _source(hit, 6)
    if judgement.attribution:
        yield from wrapped(f"as {judgement.attribution.speaker} {judgement.attribution.act}", 6)
    for difference in judgement.differences:
        yield from wrapped(_difference(difference), 6)
    if judgement.superseded_by:
        yield from wrapped(f"since replaced by {judgement.superseded_by.text}", 6)
    address = item.link or hit.article.url
    if address:
        yield from wrapped(address, 6)
    for other in item.also_in:
        yield from wrapped(f"also in: {other.hit.article.title}", 6)
        yield from wrapped(byline(other.hit), 8)


def _difference(difference: Difference) -> str:
    relation = difference.relation.replace("_", " ")
    return f'{relation}: the claim says "{difference.claim.text}", the article "{difference.evidence.text}"'


def _point(point: TimelinePoint) -> list[str]:
    amount = f"{point.value:,.10g} {point.unit or ''}".strip()
    return wrapped(f"{_day(point.as_of)}: {amount} ({_name(point.article)})", 2)


def _brief(hit: Hit) -> list[str]:
    return [*wrapped(f'"{hit.sentence.text}"', 2), *_source(hit, 4)]


def _excluded(item: Excluded) -> list[str]:
    return [*_brief(item.hit), *wrapped(item.reason, 4)]


def _source(hit: Hit, indent: int) -> list[str]:
    return [*wrapped(hit.article.title, indent), *wrapped(byline(hit), indent)]


def byline(hit: Hit) -> str:
    """Return publisher, day and similarity."""
    return f"{_name(hit.article)}, {_day(hit.article.published_at)}, similarity {hit.similarity:.2f}"


def _name(article: Article) -> str:
    return article.publisher or "publisher unknown"


def _day(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d}" if moment else "undated"


def count(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural where that is due."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _block(title: str, entries: Iterable[list[str]]) -> list[str]:
    lines = [line for entry in entries for line in entry]
    return [title, *lines] if lines else []


def wrapped(text: str, indent: int = 0) -> list[str]:
    """Return a text from outside as clean lines of at most 80 columns."""
    margin = " " * indent
    return textwrap.wrap(
        one_line(text),
        _WIDTH,
        initial_indent=margin,
        subsequent_indent=margin,
        break_long_words=False,
        break_on_hyphens=False,
    )
