"""Sentences of two articles that say the same: copied word for word, sharing a quote, or told in other words."""

from __future__ import annotations

import heapq
import math
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from service.language.places import by_form
from service.reading.shingles import shingles, words

Similar = Callable[[int, int], float]

_COPIED = 0.5  # share of the shorter sentence's shingles
_CONTAINED = 0.5  # share of the lighter sentence's weight
_ALIKE = 0.27  # weighted Jaccard
_ECHOED = 0.3  # share of a sentence's weight found in three neighboring sentences of a known copy
_COSINE = 0.72
_NEAR = 0.1  # share of the lighter sentence's weight, below which no cosine is asked
_QUOTE = re.compile(r"[“\"]([^“”\"]*)(?:[”\"]|$)|^([^“”\"]*)”")
# Figures of two digits and more, and capitalized words that open no sentence; small figures are written either way.
_TELLING = re.compile(r"(?<![\w.,])\d{2,}[\d.,]*(?!\w)|(?<=[\w,’'] )[A-Z][\w’'-]+")
_NEW_NAMES = 2
_RARE = 40  # articles of one outlet
# No report of the press reaches these; they keep an article that repeats itself thousands of times from costing its
# square.
_HOLDERS = 200  # sentences of one article that a word is followed to
_CANDIDATES = 50  # sentences that one is compared with, those that share most words
_LONGEST_ECHO = 400  # sentences of an article in which echoes are looked for
_STOCK = re.compile(
    r"\b(?:(?:did|does|do|could|has|have|had|was|were)(?:n['\u2019]t| not) (?:immediately |yet )?"
    r"(?:respond\w*|repl\w+|return\w*|available|be reached|be immediately reached)[\w ]{0,60}?"
    r"(?:comments?|calls?|messages?|emails?|questions|inquiries)|"
    r"(?:declined|refused) (?:to|further) comment|had no (?:immediate )?comment|"
    r"(?:spoke|speaking|asked) (?:on|under) (?:the )?condition of anonymity|asking not to be (?:named|identified)|"
    r"(?:because )?(?:he|she|they) (?:was|were) not authori[sz]ed to (?:speak|talk|comment)[\w ]{0,40}|"
    r"this is a (?:developing|breaking) (?:news )?story|all rights reserved|contributed to this (?:report|story)|"
    r"(?:sign up|subscribe|follow us)\b.*)",
    re.I,
)
_FUNCTION_WORDS = """
a an the and or but nor so yet if then than that this these those there here of in on at to from by with without
for as into onto over under about after before between during through against near off out up down is are was
were be been being am has have had having do does did doing will would shall should can could may might must it
its he him his she her hers they them their theirs we us our you your i me my who whom whose which what when
where why how not no also just only very more most some any each all both such own same too again once while
because until s t say says said saying told tell tells add added adds according report reports reported
reporting cite citing cited quote quoted quoting one
"""
_UNIT_WORDS = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
nineteen
"""
_TEN_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
_FUNCTION = frozenset(_FUNCTION_WORDS.split())
_UNITS = {word: str(number) for number, word in enumerate(_UNIT_WORDS.split())}
_TENS = {word: str(10 * number) for number, word in enumerate(_TEN_WORDS.split(), start=2)}
# "Kyiv", "Ukrainian" and "Ukraine" are one word when a story is retold; "US" is left out, it is "us" in lower case.
_COUNTRIES = {form.casefold().strip("."): country.name.casefold() for form, country in by_form() if form != "US"}


class Likeness(StrEnum):
    """How two sentences are alike."""

    COPY = "copy"
    QUOTE = "quote"
    RETOLD = "retold"


@dataclass(frozen=True, slots=True)
class Profile:
    """What is compared of a sentence: its content words, and its shingles inside and outside quotation marks.

    `telling` are those content words that a retelling seldom brings in of its own: names, and figures.
    """

    id: int
    length: int
    content: frozenset[str]
    prose: frozenset[int]
    quoted: frozenset[int]
    telling: frozenset[str] = frozenset()

    @property
    def slight(self) -> bool:
        """Say whether too little is left, stock phrases aside, to show where the sentence comes from."""
        return len(self.content) < 4


@dataclass(frozen=True, slots=True)
class Match:
    """Two sentences that say the same, by their places in their articles; `score` is in (0, 1]."""

    left: int
    right: int
    likeness: Likeness
    score: float

    def turned(self) -> Match:
        """Return the match seen from the other article."""
        return Match(self.right, self.left, self.likeness, self.score)


class Weights:
    """How telling each content word is within the sentences at hand: rare words and numbers weigh most."""

    def __init__(self, profiles: Iterable[Profile]) -> None:
        counts: Counter[str] = Counter()
        total = 0
        for profile in profiles:
            counts.update(profile.content)
            total += 1
        self._weights = {
            word: math.log(1 + total / count) * (1.5 if word[0].isdigit() else 1.0) for word, count in counts.items()
        }
        self._sums: dict[int, float] = {}

    def of(self, content: Iterable[str]) -> float:
        """Return the summed weight of words."""
        return sum([self._weights[word] for word in content])

    def whole(self, profile: Profile) -> float:
        """Return the weight of a sentence, remembered: it is asked once for every candidate beside it."""
        if profile.id not in self._sums:
            self._sums[profile.id] = self.of(profile.content)
        return self._sums[profile.id]


def profile(sentence_id: int, text: str) -> Profile:
    """Return what is compared of a sentence; stock phrases ("declined to comment") are left out."""
    telling = _STOCK.sub(" ", text)
    quotes = [found[1] or found[2] or "" for found in _QUOTE.finditer(telling)]
    quoted = frozenset(hashed for quote in quotes for hashed in shingles(words(quote)))
    return Profile(
        id=sentence_id,
        length=len(words(text)),
        content=frozenset(_content(telling)),
        prose=frozenset(shingles(words(telling))) - quoted,
        quoted=quoted,
        telling=frozenset(stem for found in _TELLING.findall(telling) for stem in _content(found)),
    )


def additions(own: Sequence[Profile], others: Sequence[Sequence[Profile]]) -> dict[int, bool]:
    """Return the places of sentences with figures or names that no other article has: a retelling brings in none.

    The value says whether names alone show it; one figure may be another way to put theirs ("20 years", "two decades").
    """
    told = frozenset().union(*(_pool(other) for other in others))
    news = {place: profile.telling - told for place, profile in enumerate(own)}
    named = {place: sum(not word[0].isdigit() for word in new) >= _NEW_NAMES for place, new in news.items()}
    return {place: named[place] for place, new in news.items() if named[place] or any(w[0].isdigit() for w in new)}


def matches(
    left: Sequence[Profile], right: Sequence[Profile], weights: Weights, similar: Similar | None = None
) -> tuple[Match, ...]:
    """Return the pairs of sentences of two articles that say the same, at most the best one for each left sentence.

    `similar` may give the cosine of two sentence ids; it confirms retold sentences that share fewer words.
    """
    holders: dict[str, list[int]] = defaultdict(list)
    for place, other in enumerate(right):
        for word in other.content:
            if len(holders[word]) < _HOLDERS:
                holders[word].append(place)
    found = []
    least = 2 if similar is None else 1
    for place, own in enumerate(left):
        shared = Counter(other for word in own.content for other in holders.get(word, ()))
        candidates = (
            match
            for other, count in _most_shared(shared)
            if count >= least and (match := _match(place, own, other, right[other], weights, similar))
        )
        if best := max(candidates, key=lambda match: (match.score, -match.right), default=None):
            found.append(best)
    return tuple(found)


def _most_shared(shared: Counter[int]) -> Iterable[tuple[int, int]]:
    if len(shared) <= _CANDIDATES:
        return shared.items()
    return heapq.nsmallest(_CANDIDATES, shared.items(), key=lambda item: (-item[1], item[0]))


def echoes(own: Sequence[Profile], other: Sequence[Profile], weights: Weights) -> dict[int, float]:
    """Return the places of the sentences that tell what neighboring sentences of another article tell, with scores.

    A weak sign, which merges and splits of sentences do not hide: ask it only of articles known to carry one report.
    """
    windows = [_pool(other[max(0, place - 1) : place + 2]) for place in range(min(len(other), _LONGEST_ECHO))]
    found = {}
    for place, profile in enumerate(own[:_LONGEST_ECHO]):
        told = [shared for window in windows if len(shared := profile.content & window) >= 2]
        if not told:
            continue
        score, count = max((weights.of(shared) / weights.whole(profile), len(shared)) for shared in told)
        if score >= (_ECHOED if count >= 3 else _ECHOED + 0.1):
            found[place] = score
    return found


def contained(own: Sequence[Profile], other: Sequence[Profile], weights: Weights) -> tuple[float, int]:
    """Return the weighted share of one text's content words that another has, and how many words that is."""
    words_own, words_other = _pool(own), _pool(other)
    shared = words_own & words_other
    return (weights.of(shared) / weights.of(words_own) if words_own else 0.0), len(shared)


def rare_words(articles: Sequence[Sequence[Profile]]) -> Iterator[list[int]]:
    """Yield for each article the hashes of its content words that few of the articles have."""
    contents = [_pool(profiles) for profiles in articles]
    counts = Counter(word for content in contents for word in content)
    for content in contents:
        yield [zlib.crc32(word.encode("utf-8", "surrogatepass")) for word in content if counts[word] <= _RARE]


def _pool(profiles: Sequence[Profile]) -> frozenset[str]:
    return frozenset().union(*(profile.content for profile in profiles))


def _match(
    place: int, own: Profile, other_place: int, other: Profile, weights: Weights, similar: Similar | None
) -> Match | None:
    if (copied := _share(own.prose, other.prose)) >= _COPIED:
        return Match(place, other_place, Likeness.COPY, copied)
    quoted = _quoted(own, other) if own.quoted or other.quoted else 0
    share, alike = _lexical(own, other, weights)
    if quoted >= 2 or (quoted and share >= _CONTAINED / 2):
        return Match(place, other_place, Likeness.QUOTE, max(0.7, share))
    if len(own.content & other.content) >= 3 and share >= _CONTAINED and alike >= _ALIKE:
        return Match(place, other_place, Likeness.RETOLD, share)
    if similar is not None and share >= _NEAR and (cosine := similar(own.id, other.id)) >= _COSINE:
        return Match(place, other_place, Likeness.RETOLD, min(1.0, max(cosine / 2, share)))
    return None


def _quoted(own: Profile, other: Profile) -> int:
    return len(own.quoted & (other.quoted | other.prose) | other.quoted & (own.quoted | own.prose))


def _share(left: frozenset[int], right: frozenset[int]) -> float:
    smaller = min(len(left), len(right))
    return len(left & right) / smaller if smaller >= 3 else 0.0


def _lexical(left: Profile, right: Profile, weights: Weights) -> tuple[float, float]:
    shared = weights.of(left.content & right.content)
    own, other = weights.whole(left), weights.whole(right)
    return shared / min(own, other), shared / (own + other - shared)


def _content(text: str) -> Iterator[str]:
    for word in words(text):
        yield from _stems(word)


@lru_cache(maxsize=1 << 16)
def _stems(word: str) -> tuple[str, ...]:
    """Return the content words in a word: none for a function word, two for a compound."""
    if word in _COUNTRIES:
        return (_COUNTRIES[word],)
    parts = [word.replace(",", "")] if word[0].isdigit() else re.split(r"[-\u2013']", word)
    telling = [part for part in parts if part and part not in _FUNCTION and (len(part) > 1 or part.isdigit())]
    return tuple(_COUNTRIES.get(part) or _stem(_number(part)) for part in telling)


def _number(word: str) -> str:
    # "31 died" and "Thirty-one died" share no number here; the value judges compare numbers, this only finds retellings
    return _TENS.get(word) or _UNITS.get(word) or word


def _stem(word: str) -> str:
    """Return the word without its commonest endings; crude on purpose, only equality of stems is used."""
    for ending in ("ations", "ation", "ings", "ing", "edly", "ed", "ies", "es", "s", "ly", "y", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word
