"""Which sentences come from the same report: wire copy and its rewrites, copied passages, the outlet's own words.

An origin is a report, not an agency: two Reuters reports on two subjects are two origins named Reuters. Work is linear
in the text except where articles share passages or an outlet's name; then only articles that share several rare
features are compared, so a report with r reprints costs O(r) comparisons, never all pairs of articles.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import combinations

from service.domain import Origin
from service.reading.credits import outlet_key
from service.reading.overlap import Likeness, Match, Similar, Weights, additions, contained, echoes, matches, rare_words
from service.reading.passages import Forest, Page, PassageSource, make_pages
from service.reading.shingles import pairs_sharing

_SAME_STORY = timedelta(days=7)
_SAME_SHARE = 0.3  # of the shorter article, told again in the other
_SAME_WORDS = 0.25  # weighted share of the shorter article's content words, with at least
_FEW = 8  # of them
_SAME_CREDIT = 0.6  # weighted share of a credited passage's content words
_SHARED_SHINGLES = 3
_SHARED_WORDS = 4
_RETOLD = 0.5  # of an article's sentences: then it leans on the report, wherever its credit stands


@dataclass(frozen=True, slots=True)
class Member:
    """An article's part in a report. `copied_share` is the share of its words taken over, 0 for its own words."""

    article_id: str
    copied_share: float


@dataclass(frozen=True, slots=True)
class Report:
    """One origin with the articles that carry it, earliest first."""

    id: str
    name: str
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Grouping:
    """The reports found in a set of articles, and the report of every sentence."""

    reports: tuple[Report, ...]
    _by_sentence: Mapping[int, tuple[str, int]] = field(repr=False)

    def report_of(self, sentence_id: int) -> Report:
        """Return the report that a sentence belongs to; `KeyError` for a sentence that was not grouped."""
        return self.reports[self._by_sentence[sentence_id][1]]

    def origin_of(self, sentence_id: int) -> Origin:
        """Return the origin of a sentence, with the share that its own article took over from it."""
        article_id, place = self._by_sentence[sentence_id]
        report = self.reports[place]
        share = next(member.copied_share for member in report.members if member.article_id == article_id)
        return Origin(report.id, report.name, len(report.members), share)


@dataclass(frozen=True, slots=True)
class _Node:
    """An outlet's report as it stands in one article."""

    page: int
    key: str


def group(articles: Iterable[PassageSource], similar: Similar | None = None) -> Grouping:
    """Say for every sentence which report it comes from; the answer does not depend on the order of the articles.

    `similar` may give the cosine of two sentence ids; without it, retold sentences are recognized by their words.
    """
    pages = make_pages(articles)
    weights = Weights(profile for page in pages for profile in page.profiles)
    found = {(a, b): matches(pages[a].profiles, pages[b].profiles, weights, similar) for a, b in _candidates(pages)}
    reports: Forest[_Node] = Forest()
    for (a, b), shared in found.items():
        for key in sorted(pages[a].keys & pages[b].keys):
            if _same_report(pages[a], pages[b], key, shared, weights):
                reports.join(_Node(a, key), _Node(b, key))
    assigned = _assign(pages, found, reports, weights)
    _spread_copies(pages, found, assigned)
    return _grouping(pages, [_carry(place, pages[place], nodes) for place, nodes in enumerate(assigned)])


def _candidates(pages: Sequence[Page]) -> list[tuple[int, int]]:
    """Return the pairs of articles worth comparing: shared shingles, or an outlet in common and shared rare words."""
    verbatim = pairs_sharing(
        ([hashed for p in page.profiles for hashed in (*p.prose, *p.quoted)] for page in pages), _SHARED_SHINGLES
    )
    buckets: dict[str, list[int]] = defaultdict(list)
    for place, page in enumerate(pages):
        for key in page.keys:
            buckets[key].append(place)
    retold: set[tuple[int, int]] = set()
    for places in buckets.values():
        if len(places) <= _FEW:
            retold |= set(combinations(places, 2))
        else:
            shared = pairs_sharing(rare_words([pages[place].profiles for place in places]), _SHARED_WORDS)
            retold |= {(places[a], places[b]) for a, b in shared}
    return sorted(verbatim | {(a, b) for a, b in retold if _same_week(pages[a], pages[b])})


def _same_week(a: Page, b: Page) -> bool:
    first, second = a.source.article.published_at, b.source.article.published_at
    return first is None or second is None or abs(first - second) <= _SAME_STORY


def _same_report(a: Page, b: Page, key: str, shared: Sequence[Match], weights: Weights) -> bool:
    """Say whether two articles that name the same outlet carry the same report of it."""
    if not _same_week(a, b):
        return False
    telling = _telling(a, b, shared)
    if any(key in (a.credited(m.left), b.credited(m.right)) for m in telling) or _same_words(a, b, key, weights):
        return True
    quoted = any(match.likeness is Likeness.QUOTE for match in telling)
    return len(telling) >= 2 and (quoted or _told_again(a, b, telling) >= _SAME_SHARE)


def _same_words(a: Page, b: Page, key: str, weights: Weights) -> bool:
    """Say whether articles that lean on the outlet share their words, or one holds what the other credits to it."""
    if key in a.leaning and key in b.leaning:
        shorter, longer = sorted((a, b), key=lambda page: page.length)
        share, count = contained(shorter.profiles, longer.profiles, weights)
        if share >= _SAME_WORDS and count >= _FEW:
            return True
    for page, other in ((a, b), (b, a)):
        share, count = contained(page.crediting(key), other.profiles, weights)
        if share >= _SAME_CREDIT and count >= 3:
            return True
    return False


def _telling(a: Page, b: Page, shared: Iterable[Match]) -> list[Match]:
    return [m for m in shared if not (a.profiles[m.left].slight or b.profiles[m.right].slight)]


def _told_again(a: Page, b: Page, shared: Iterable[Match]) -> float:
    lengths = [min(a.profiles[m.left].length, b.profiles[m.right].length) for m in shared]
    return sum(lengths) / max(1, min(a.length, b.length))


def _assign(
    pages: Sequence[Page],
    found: Mapping[tuple[int, int], tuple[Match, ...]],
    reports: Forest[_Node],
    weights: Weights,
) -> list[list[_Node | None]]:
    """Give every sentence the report that it credits, matches or is the outlet's own; None where it shows nothing."""
    ties: dict[int, list[tuple[int, tuple[Match, ...]]]] = defaultdict(list)
    for (a, b), shared in found.items():
        ties[a].append((b, shared))
        ties[b].append((a, tuple(match.turned() for match in shared)))
    sizes = Counter(reports.root(_Node(place, key)) for place, page in enumerate(pages) for key in page.keys)
    assigned: list[list[_Node | None]] = []
    for place, page in enumerate(pages):
        added = additions(page.profiles, [pages[other].profiles for other, _ in ties[place]])
        supported: dict[int, tuple[float, str]] = {}
        for other, shared in ties[place]:
            for key in page.keys - {page.own}:
                if reports.root(_Node(place, key)) == reports.root(_Node(other, key)):
                    _support(supported, page, pages[other], key, shared, weights, added)
        alone = bool(page.leaning) and all(sizes[reports.root(_Node(place, key))] == 1 for key in page.leaning)
        keys = [_key(page, line, supported, alone) for line in range(len(page.profiles))]
        bridged = _bridged(page, keys, {line for line, is_named in added.items() if is_named})
        assigned.append([reports.root(_Node(place, key)) if key else None for key in bridged])
    return assigned


def _support(
    supported: dict[int, tuple[float, str]],
    page: Page,
    other: Page,
    key: str,
    shared: Iterable[Match],
    weights: Weights,
    added: Collection[int],
) -> None:
    """Note the best sign for each sentence that it belongs to a report which the two articles share."""
    echoed = echoes(page.profiles, other.profiles, weights)
    leans = key in page.leaning or len(echoed) >= max(_SHARED_WORDS, _RETOLD * len(page.profiles))
    # One passing credit does not make the wire's what two outlets may both have seen: there, only copies count.
    signs = [(m.left, m.score) for m in shared if leans or m.likeness is not Likeness.RETOLD]
    faint = [(line, score) for line, score in echoed.items() if leans and line not in added]
    for line, score in [*signs, *faint]:
        supported[line] = max(supported.get(line, (0.0, "")), (score, key))


def _key(page: Page, line: int, supported: Mapping[int, tuple[float, str]], alone: bool) -> str | None:
    """Return the outlet a sentence belongs to, or None when the sentence itself does not show it."""
    if page.tells_own(line):
        return page.own
    if key := page.credited(line) or page.whole:
        return key
    if line in supported:
        return supported[line][1]
    # With no other copy to compare with, an article that opens with a credit is taken to go on with that report.
    return None if alone or page.profiles[line].slight else page.own


def _bridged(page: Page, keys: Sequence[str | None], added: Collection[int]) -> list[str | None]:
    """Give a single unmatched sentence between two of one wire's to the wire: rewrites rarely add in mid-flow."""
    bridged = list(keys)
    for line in range(1, len(keys) - 1):
        before, after = keys[line - 1], keys[line + 1]
        own = page.tells_own(line) or line in added
        if keys[line] == page.own and before == after and before and not own:
            bridged[line] = before
    return bridged


def _spread_copies(
    pages: Sequence[Page], found: Mapping[tuple[int, int], tuple[Match, ...]], assigned: list[list[_Node | None]]
) -> None:
    """Give copied sentences the report of what they copy: a credited one if any copy has it, else the earliest."""
    copies: Forest[tuple[int, int]] = Forest()
    lines: set[tuple[int, int]] = set()
    for (a, b), shared in found.items():
        for match in _copied(pages[a], pages[b], shared):
            copies.join((a, match.left), (b, match.right))
            lines |= {(a, match.left), (b, match.right)}
    sources: dict[tuple[int, int], tuple[bool, _Node]] = {}
    for page, line in sorted(lines):
        if node := assigned[page][line]:
            root, own = copies.root((page, line)), node.key == pages[page].own
            if root not in sources or (sources[root][0] and not own):
                sources[root] = own, node
    for page, line in sorted(lines):
        node = assigned[page][line]
        free = node is None or (node.key == pages[page].own and not pages[page].tells_own(line))
        if free and (source := sources.get(copies.root((page, line)))):
            assigned[page][line] = source[1]


def _copied(a: Page, b: Page, shared: Sequence[Match]) -> list[Match]:
    """Return the copied sentences, quotes included, if enough prose is copied; two outlets may quote one speaker."""
    prose = [match for match in _telling(a, b, shared) if match.likeness is Likeness.COPY]
    if len(prose) < 2 and _told_again(a, b, prose) < _SAME_SHARE:
        return []
    return [match for match in shared if match.likeness is not Likeness.RETOLD]


def _carry(place: int, page: Page, nodes: Sequence[_Node | None]) -> list[_Node]:
    """Let a sentence that shows no origin of its own go with the one before it."""
    carried = []
    before = _Node(place, page.own)
    for node in nodes:
        before = node or before
        carried.append(before)
    return carried


def _grouping(pages: Sequence[Page], assigned: Sequence[Sequence[_Node]]) -> Grouping:
    names: dict[str, str] = {}
    for page in pages:
        names.setdefault(page.own, page.own_name)
        for credit in page.all_credits:
            names.setdefault(outlet_key(credit.name), credit.name)
    lengths: dict[_Node, Counter[int]] = defaultdict(Counter)
    for place, nodes in enumerate(assigned):
        for line, node in enumerate(nodes):
            lengths[node][place] += pages[place].profiles[line].length
    order = {node: number for number, node in enumerate(sorted(lengths, key=lambda node: (node.page, node.key)))}
    reports = tuple(_report(node, names[node.key], pages, lengths[node]) for node in order)
    by_sentence = {
        sentence.id: (page.source.article.id, order[node])
        for page, nodes in zip(pages, assigned, strict=True)
        for sentence, node in zip(page.source.sentences, nodes, strict=True)
    }
    return Grouping(reports, by_sentence)


def _report(node: _Node, name: str, pages: Sequence[Page], lengths: Mapping[int, int]) -> Report:
    members = tuple(
        Member(
            pages[place].source.article.id,
            0.0 if node.key == pages[place].own else lengths[place] / max(1, pages[place].length),
        )
        for place in sorted(lengths)
    )
    return Report(_report_id(node, pages), name, members)


def _report_id(node: _Node, pages: Sequence[Page]) -> str:
    words = f"{node.key}\n{pages[node.page].source.article.id}"
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:12]
