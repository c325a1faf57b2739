"""How well claims are spotted in whole texts, and made to stand alone: `python -m bench.spotting`.

The sets are described in tests/spotting/README.md. A sentence counts as found only with exactly its own offsets.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from service.reading.shape import ends
from service.spotting.claims import Spotted, spot
from service.spotting.standing import stand_alone

SETS = Path(__file__).parents[1] / "tests" / "spotting"
PARTS = ("dev", "test")


@dataclass(frozen=True, slots=True)
class Gold:
    """A sentence as it was marked by hand; `alone` are the ways in which the claim may stand alone."""

    kind: str
    sentence: str
    alone: tuple[str, ...] = ()

    @property
    def is_claim(self) -> bool:
        """Return whether it is a claim to check."""
        return self.kind == "claim"


@dataclass(frozen=True, slots=True)
class Spotting:
    """Counts over the texts of one part."""

    sentences: int
    claims: int
    found: int  # claims found, right or wrong
    right: int

    @property
    def precision(self) -> float:
        """Return the share of the found claims that are claims."""
        return self.right / self.found

    @property
    def recall(self) -> float:
        """Return the share of the claims that were found."""
        return self.right / self.claims


@dataclass(frozen=True, slots=True)
class Standing:
    """Counts over claims that point back: what should be named and was, rightly or not, and what should stay."""

    to_name: int
    named: int
    misnamed: int
    to_stay: int
    stayed: int


def texts(part: str) -> Iterator[list[Gold | None]]:
    """Yield the texts of a part, each as its sentences; None stands between paragraphs."""
    for path in sorted((SETS / "texts").glob(f"{part}_*.tsv")):
        yield [_gold(line) if line else None for line in path.read_text("utf-8").splitlines()]


def written(text: list[Gold | None]) -> str:
    """Return a text as a reader has it: a heading, or whatever else has no full stop, on a line of its own."""
    parts = ["\n" if gold is None else gold.sentence + (" " if ends(gold.sentence) else "\n") for gold in text]
    return "".join(parts)


def pairs(text: list[Gold | None]) -> Iterator[tuple[Gold, Spotted | None]]:
    """Yield each sentence with what was spotted just there."""
    whole = written(text)
    there = {(found.span.start, found.span.end): found for found in spot(whole)}
    start = 0
    for gold in filter(None, text):
        start = whole.index(gold.sentence, start)
        yield gold, there.get((start, start + len(gold.sentence)))
        start += len(gold.sentence)


def spotting(part: str) -> Spotting:
    """Measure what is found in the texts of a part; a piece that is no sentence of theirs counts as found wrongly."""
    counts: Counter[str] = Counter()
    for text in texts(part):
        counts["found"] += sum(found.checked_as is not None for found in spot(written(text)))
        for gold, found in pairs(text):
            counts["sentences"] += 1
            counts["claims"] += gold.is_claim
            counts["right"] += gold.is_claim and found is not None and found.checked_as is not None
    return Spotting(counts["sentences"], counts["claims"], counts["found"], counts["right"])


def standing(part: str) -> Standing:
    """Measure what is named: the claims of standing.tsv, and those of the texts that point back."""
    counts: Counter[str] = Counter()
    for sentence, alone, said in [*_apart(part), *_in_texts(part)]:
        counts["to_name" if alone else "to_stay"] += 1
        if alone:
            counts["named"] += _plain(said) in map(_plain, alone)
            counts["misnamed"] += said != sentence and _plain(said) not in map(_plain, alone)
        else:
            counts["stayed"] += said == sentence
    return Standing(*(counts[name] for name in ("to_name", "named", "misnamed", "to_stay", "stayed")))


def _apart(part: str) -> Iterator[tuple[str, tuple[str, ...], str]]:
    for line in (SETS / "standing.tsv").read_text("utf-8").splitlines():
        name, before, sentence, *alone = line.split("\t")
        if name == part:
            *_, last = spot(f"{before} {sentence}")
            yield sentence, _ways(alone), last.checked_as or stand_alone(sentence, [before])


def _in_texts(part: str) -> Iterator[tuple[str, tuple[str, ...], str]]:
    for text in texts(part):
        for gold, found in pairs(text):
            if gold.alone and found and found.checked_as:
                yield gold.sentence, gold.alone, found.checked_as


def _gold(line: str) -> Gold:
    kind, sentence, *alone = line.split("\t")
    return Gold(kind, sentence, _ways(alone))


def _ways(columns: list[str]) -> tuple[str, ...]:
    return tuple(way for column in columns for way in column.split("|") if way)


def _plain(said: str) -> str:
    return said.replace("’", "'")


def _missed(part: str) -> Iterator[str]:
    for text in texts(part):
        for gold, found in pairs(text):
            said = "not split so" if found is None else found.reason or "claim"
            if gold.is_claim != (said == "claim"):
                yield f"{gold.kind:12} taken for {said:12} {gold.sentence}"
            elif gold.alone and found and found.checked_as not in gold.alone:
                yield f"{'checked as':25} {found.checked_as}  (not {gold.alone[0]})"
    for sentence, alone, said in _apart(part):
        if said not in (alone or (sentence,)):
            yield f"{'checked as':25} {said}  (not {(alone or (sentence,))[0]})"


@click.command()
@click.option("--errors", is_flag=True, help="List the errors of the dev half; those of the test half stay unseen.")
def main(errors: bool) -> None:
    """Print precision and recall of claim spotting, and how claims are made to stand alone."""
    for part in PARTS:
        found = spotting(part)
        shown = {**asdict(found), "precision": round(found.precision, 3), "recall": round(found.recall, 3)}
        print(json.dumps({"part": part, "spotting": shown, "standing": asdict(standing(part))}))
    if errors:
        print(*_missed("dev"), sep="\n")


if __name__ == "__main__":
    main()
