"""Articles made ready for grouping: what is compared of their sentences, and the outlets they credit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Generic, TypeVar

from service.domain import Article, Sentence
from service.reading.credits import Credit, Reach, find_credits, is_agency, marks_own_reporting, outlet_key
from service.reading.overlap import Profile, profile

_LEAD = 2  # sentences
_LATEST = datetime.max.replace(tzinfo=UTC)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class PassageSource:
    """An article with its sentences, in order."""

    article: Article
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True)
class Page:
    """An article made ready: one profile and one tuple of credits a sentence, and the key of the outlet itself.

    `marks` are the credits outside the sentences: datelines, bylines, source lines.
    """

    source: PassageSource
    profiles: tuple[Profile, ...]
    credits: tuple[tuple[Credit, ...], ...]
    marks: tuple[Credit, ...]
    own: str
    own_name: str

    @cached_property
    def length(self) -> int:
        """Return the number of words."""
        return sum(profile.length for profile in self.profiles)

    @cached_property
    def all_credits(self) -> tuple[Credit, ...]:
        """Return every credit, inside sentences and outside."""
        return (*self.marks, *(credit for line in self.credits for credit in line))

    @cached_property
    def keys(self) -> frozenset[str]:
        """Return the outlets credited, and the outlet itself."""
        return frozenset(outlet_key(credit.name) for credit in self.all_credits) | {self.own}

    @cached_property
    def leaning(self) -> frozenset[str]:
        """Return the outlets on which the whole article leans: named by a source line, at the top, or repeatedly."""
        counts = Counter(outlet_key(credit.name) for credit in self.all_credits)
        top = {outlet_key(c.name) for line in self.credits[:_LEAD] for c in line}
        lines = {outlet_key(c.name) for c in self.all_credits if c.reach is not Reach.PASSAGE}
        return frozenset(top | lines | {key for key, count in counts.items() if count > 1}) - {self.own}

    @cached_property
    def whole(self) -> str | None:
        """Return the outlet whose work the whole article is, by its dateline, byline or publisher."""
        marked = (outlet_key(c.name) for c in self.all_credits if c.reach is Reach.WHOLE)
        return next(marked, self.own if is_agency(self.own_name) else None)

    def tells_own(self, place: int) -> bool:
        """Say whether a sentence states that the outlet gathered it itself."""
        return marks_own_reporting(self.source.sentences[place].text) or self.credited(place) == self.own

    def credited(self, place: int) -> str | None:
        """Return the outlet that a sentence itself credits: the last one named, as in "A, B reported"."""
        return outlet_key(self.credits[place][-1].name) if self.credits[place] else None

    def crediting(self, key: str) -> list[Profile]:
        """Return the sentences that credit an outlet."""
        return [own for place, own in enumerate(self.profiles) if self.credited(place) == key]


class Forest(Generic[_T]):
    """Disjoint sets; the first item of the earlier set stands for a joined one."""

    def __init__(self) -> None:
        self._parents: dict[_T, _T] = {}

    def root(self, item: _T) -> _T:
        """Return the item that stands for the set."""
        while (parent := self._parents.get(item, item)) != item:
            self._parents[item] = self._parents.get(parent, parent)
            item = parent
        return item

    def join(self, earlier: _T, later: _T) -> None:
        """Join the sets of two items."""
        first, second = self.root(earlier), self.root(later)
        if first != second:
            self._parents[second] = first


def make_pages(articles: Iterable[PassageSource]) -> list[Page]:
    """Return the articles made ready, earliest first, undated ones last."""
    sources = sorted(articles, key=lambda source: (_published(source.article), source.article.id))
    outlets = {outlet_key(source.article.publisher) for source in sources if source.article.publisher}
    return [_make_page(source, outlets) for source in sources]


def _make_page(source: PassageSource, outlets: set[str]) -> Page:
    publisher = source.article.publisher
    name = publisher or source.article.title or source.article.id
    return Page(
        source=source,
        profiles=tuple(profile(sentence.id, sentence.text) for sentence in source.sentences),
        credits=tuple(find_credits(sentence.text, outlets) for sentence in source.sentences),
        marks=tuple(credit for gap in _gaps(source) for credit in find_credits(gap, outlets)),
        own=outlet_key(publisher) if publisher else f"article {source.article.id}",
        own_name=name,
    )


def _gaps(source: PassageSource) -> Iterator[str]:
    """Yield what stands between an article's sentences: datelines, bylines and source lines are no sentences."""
    at = 0
    for sentence in source.sentences:
        if gap := source.article.text[at : sentence.start].strip():
            yield gap
        at = max(at, sentence.end)
    if gap := source.article.text[at:].strip():
        yield gap


def _published(article: Article) -> datetime:
    return article.published_at or _LATEST
