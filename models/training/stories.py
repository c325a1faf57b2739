"""Pairs from short news stories written for this project: what retrieval serves, a sentence under its article's title.

A story has facts that have nothing to do with each other. Each fact gives the sentences that tell it, claims that it
supports, claims that it refutes, and one that it leaves open; for any claim the other facts' sentences are the wrong
sentences of the right article. Every tenth story is never trained on: those are the test part.
"""

from __future__ import annotations

import json
import math
import random
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from models.training.events import FIRST, LAST, ORGS, PLACES
from models.training.pairs import CONFLICTS, NEUTRAL, SUPPORTS, UNSUPPORTED, Pair, Target

FOLDER = Path(__file__).parent / "stories"
HELD_OUT_EVERY = 10
ALL = "*.jsonl"  # those directly in `stories/`; "**/*.jsonl" has those of `more/` and `far/` too
MORE_FIRST = (
    "Amara Bertil Chiara Dmitri Esther Fatima Gustav Helena Ibrahim Judith Kofi Leila Mateus Noor Oscar Priya Quentin "
    "Rania Stefan Teresa Ulrich Vera Wanda Yusuf Zoe"
).split()
MORE_LAST = (
    "Abebe Bauer Cohen Delgado Engel Ferreira Gupta Horvat Ito Jovanovic Keller Larsen Mbeki Novak Osman Popescu "
    "Reyes Schmidt Tadesse Usman Virtanen Wallace Xu Young Zielinski"
).split()
MORE_PLACES = (
    "Harlow|Port Emin|Sandvik|Kastel|East Brannock|Villareal|Okanda|Lake Morrow|Tallin Bay|Dunmore|the Orsk district|"
    "San Telmo|Bad Ehren|Marwick|Ilsk|Novy Most"
).split("|")
MORE_ORGS = (
    "Harbor Logistics|Tessel Group|Northline|the transport ministry|Arden Foods|Pellworm Energy|the coast guard|"
    "Quanta Labs|the Union of Teachers|Meridian Airways|the finance ministry|Ostwind|the Civic Party|Solvay Freight"
).split("|")

Slots = dict[str, str]


@dataclass(frozen=True, slots=True)
class Fact:
    """One matter of a story: sentences that tell it, and claims by what these say of them."""

    evidence: tuple[str, ...]
    supports: tuple[str, ...]
    conflicts: tuple[str, ...]
    open: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """A headline and its facts; names are slots: people {p1}, last names {p1l}, places {c1}, organizations {o1}."""

    title: str
    facts: tuple[Fact, ...]


def read_stories(held_out: bool, files: str = ALL) -> tuple[Story, ...]:
    """Read the stories that are, or are not, held out, in the order of the files; `files` is a pattern of names."""
    found: list[Story] = []
    for path in sorted(FOLDER.glob(files)):
        lines = path.read_text(encoding="utf-8").splitlines()
        found += [_story(line) for number, line in enumerate(lines) if (number % HELD_OUT_EVERY == 9) == held_out]
    return tuple(found)


def _story(line: str) -> Story:
    row = json.loads(line)
    facts = (
        Fact(tuple(f["evidence"]), tuple(f["supports"]), tuple(f["conflicts"]), tuple(f["open"])) for f in row["facts"]
    )
    return Story(row["title"], tuple(facts))


def story_pairs(rng: random.Random, passes: float, held_out: bool = False, files: str = ALL) -> Iterator[Pair]:
    """Yield every claim of every story `passes` times, with other names each time, and as often a wrong sentence.

    The part of a pass that is left at the end has that share of the pairs, drawn at random.
    """
    stories = read_stories(held_out, files)
    for turn in range(math.ceil(passes)):
        share = passes - turn
        for story in stories:
            for fact in story.facts:
                yield from (pair for pair in _pairs(rng, story, fact) if share >= 1 or rng.random() < share)


def _pairs(rng: random.Random, story: Story, fact: Fact) -> Iterator[Pair]:
    labels = (
        (fact.supports, SUPPORTS, "supports"),
        (fact.conflicts, CONFLICTS, "conflicts"),
        (fact.open, NEUTRAL, "open"),
    )
    for claims, target, kind in labels:
        for claim in claims:
            slots = _names(rng)
            yield _pair(rng, story, fact, claim, slots, slots, target, kind)
            other = rng.choice([each for each in story.facts if each is not fact])
            if rng.random() < 0.8:
                yield _pair(rng, story, other, claim, slots, slots, NEUTRAL, "elsewhere")
            changed = _renamed(rng, claim, slots)
            if changed is not None and target == SUPPORTS and rng.random() < 0.2:
                yield _pair(rng, story, fact, claim, slots, changed, UNSUPPORTED, "name")


def _pair(
    rng: random.Random, story: Story, fact: Fact, claim: str, slots: Slots, claimed: Slots, target: Target, kind: str
) -> Pair:
    """Set a fact's sentence as the service does, mostly under its title, and sometimes behind another sentence."""
    evidence, style = _fill(rng.choice(fact.evidence), slots), rng.random()
    if style > 0.85:
        before = rng.choice([each for each in story.facts if each is not fact])
        # What stands before may settle a claim that is meant to be settled by nothing.
        if target != NEUTRAL or kind == "open":
            evidence = f"{_fill(rng.choice(before.evidence), slots)} {evidence}"
    if style > 0.3:
        evidence = f"{_fill(story.title, slots)}. {evidence}"
    return Pair(evidence, _fill(claim, claimed), target, "stories", f"story_{kind}")


def _names(rng: random.Random) -> Slots:
    firsts, lasts = rng.sample([*FIRST, *MORE_FIRST], 3), rng.sample([*LAST, *MORE_LAST], 3)
    places, orgs = rng.sample([*PLACES, *MORE_PLACES], 2), rng.sample([*ORGS, *MORE_ORGS], 2)
    people = {f"p{i}": f"{first} {last}" for i, (first, last) in enumerate(zip(firsts, lasts, strict=True), start=1)}
    return (
        people
        | {f"p{i}l": last for i, last in enumerate(lasts, start=1)}
        | {"c1": places[0], "c2": places[1], "o1": orgs[0], "o2": orgs[1]}
    )


def _renamed(rng: random.Random, claim: str, slots: Slots) -> Slots | None:
    """Return the slots with one name of the claim exchanged for one that the story does not have."""
    named = sorted({name.removesuffix("l") for _, name, _, _ in string.Formatter().parse(claim) if name})
    if not named:
        return None
    key, fresh = rng.choice(named), _names(rng)
    return slots | {name: fresh[name] for name in (key, f"{key}l") if name in fresh}


def _fill(text: str, slots: Slots) -> str:
    filled = text.format(**slots)
    return filled[0].upper() + filled[1:]
