"""Words, shingles and fingerprints of texts: what articles share word for word, found without all pairs."""

from __future__ import annotations

import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

_WORD = re.compile(r"\w+(?:[\u2019'.,-]\w+)*")
_MODULUS = (1 << 61) - 1
_BASE = 1_000_003
_WIDTH = 5  # words a shingle: shorter ones are idiom, longer ones miss light editing
_WINDOW = 4
_CROWD = 12
_REACH = 6


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A sample of a text's shingles, small enough to be stored with it. The hashes are the same on every machine."""

    hashes: frozenset[int]

    def shared(self, other: Fingerprint) -> int:
        """Return how many sampled shingles both texts have."""
        return len(self.hashes & other.hashes)


def words(text: str) -> list[str]:
    """Return the words of a text in lower case, apostrophes made alike."""
    return [word.casefold().replace("\u2019", "'") for word in _WORD.findall(text)]


def shingles(tokens: Sequence[str], width: int = _WIDTH) -> list[int]:
    """Return a stable 61-bit hash for every run of `width` tokens, in order; empty when there are fewer."""
    if len(tokens) < width:
        return []
    lead = pow(_BASE, width, _MODULUS)
    value, hashes = 0, []
    for position, token in enumerate(tokens):
        value = (value * _BASE + _token_hash(token)) % _MODULUS
        if position >= width:
            value = (value - lead * _token_hash(tokens[position - width])) % _MODULUS
        if position >= width - 1:
            hashes.append(value)
    return hashes


def fingerprint(text: str) -> Fingerprint:
    """Return the winnowed shingles of a text: any 8 words in a row that two texts share leave a shared hash.

    Method: Schleimer, Wilkerson, Aiken, "Winnowing: local algorithms for document fingerprinting", SIGMOD 2003.
    """
    hashes = shingles(words(text))
    if len(hashes) <= _WINDOW:
        return Fingerprint(frozenset(hashes[:1] if not hashes else [min(hashes)]))
    return Fingerprint(frozenset(min(hashes[i : i + _WINDOW]) for i in range(len(hashes) - _WINDOW + 1)))


def pairs_sharing(features: Iterable[Iterable[int]], at_least: int) -> set[tuple[int, int]]:
    """Return the pairs (i, j), i < j, of items that share at least so many features.

    A feature of a crowd pairs each item with its next few and with the first only, so that the work stays linear in
    the number of features: a report that hundreds reprint still hangs together, item by item.
    """
    holders: Mapping[int, list[int]] = defaultdict(list)
    for item, own in enumerate(features):
        for feature in set(own):
            holders[feature].append(item)
    counts: Counter[tuple[int, int]] = Counter()
    for items in holders.values():
        counts.update(_pairs(items))
    return {pair for pair, count in counts.items() if count >= at_least}


def _pairs(items: Sequence[int]) -> Iterable[tuple[int, int]]:
    crowd = len(items) > _CROWD
    for place, item in enumerate(items):
        following = items[place + 1 : place + 1 + _REACH] if crowd else items[place + 1 :]
        for other in following:
            yield item, other
        if crowd and place > _REACH:
            yield items[0], item


@lru_cache(maxsize=1 << 17)
def _token_hash(token: str) -> int:
    # Python's own hash of a string differs from run to run, and a fingerprint is stored.
    data = token.encode("utf-8", "surrogatepass")
    return zlib.crc32(data) << 29 ^ zlib.adler32(data)
