"""Pairs about what a clause says, by which words: opposites without "not", plans, offices once held, two facts in one.

A small encoder takes a shared word for agreement: "lacked the date" for "gave the date", "plans to build" for
"built". The groups in `phrasings.toml` say one thing, its opposite, and what leaves it open, each in several ways; the
label of a pair follows from where its two clauses stand. Clauses are set into the frames of news sentences, alone or
two together.
"""

from __future__ import annotations

import random
import string
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from models.training.events import FIRST, LAST, MONTHS, ORGS, OUTLETS, PLACES
from models.training.pairs import CONFLICTS, NEUTRAL, SUPPORTS, UNSUPPORTED, Pair, Target

FILE = Path(__file__).with_name("phrasings.toml")
COUNTRIES = ("Iran", "Norway", "Ghana", "Ukraine", "Turkey", "France", "Chile", "Nepal", "South Korea", "Belgium")
SPEAKERS = ("a spokesman", "officials", "a person familiar with the matter", "two witnesses", "a senior official")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
BEFORE = (
    "however, ", "meanwhile, ", "on {day}, ", "in the end, ", "late on {date}, ", "despite months of protests, ",
    "amid growing pressure, ", "according to {speaker}, ", "{speaker} said that ", "it emerged on {date} that ",
    "sources told {outlet} that ", "as {outlet} first reported, ", "in spite of earlier promises, ", "{outlet} says ",
)  # fmt: skip
AFTER = (
    ", according to {speaker}", ", {speaker} said", ", as noted by one of those present", ", {outlet} reported",
    " after weeks of uncertainty", ", documents show", ", which drew criticism in {town}", ", to the surprise of many",
    " on {day}", " on {date}", ", {outlet} reports, citing {speaker}", ", as could be seen on {day}",
)  # fmt: skip
JOINS = ("{one}, while {two}", "{one}, and {two}", "{one}; {two}", "{one}, even though {two}", "{one}. {Two}",
         "while {one}, {two}", "{one}, but {two}", "{one}. Meanwhile, {two}")  # fmt: skip

Slots = dict[str, str]


@dataclass(frozen=True, slots=True)
class Group:
    """Clauses that say one thing, its opposite, or leave it open; `things` fill the slot {x}.

    In a `loose` group the opposites do not follow from each other.
    """

    name: str
    same: tuple[str, ...]
    opposite: tuple[str, ...]
    open: tuple[str, ...]
    things: tuple[str, ...] = ("",)
    held_out: bool = False
    loose: bool = False

    def other_side(self, side: tuple[str, ...]) -> tuple[str, ...]:
        """Return the clauses that say the opposite of `side`."""
        return self.opposite if side is self.same else self.same


@cache
def read_groups() -> tuple[Group, ...]:
    """Read `phrasings.toml`."""
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))["group"]
    return tuple(_group(row) for row in rows)


def _group(row: dict[str, Any]) -> Group:
    same, opposite, left_open, things = (tuple(row.get(key, ("",))) for key in ("same", "opposite", "open", "things"))
    return Group(row["name"], same, opposite, left_open, things, row.get("held_out", False), row.get("loose", False))


def phrasing_pairs(rng: random.Random, count: int, held_out: bool = False) -> Iterator[Pair]:
    """Yield `count` pairs from the groups that are, or are not, held out."""
    groups = [group for group in read_groups() if group.held_out == held_out]
    made = 0
    while made < count:
        maker = rng.choices((_same, _opposite, _open, _swap, _thing, _two), (3, 3, 2, 1, 1, 3))[0]
        pair = maker(rng, rng.choice(groups))
        if pair is not None and pair.evidence != pair.claim:
            made += 1
            yield pair


def _fill(rng: random.Random, group: Group) -> Slots:
    p, q = rng.sample([f"{first} {last}" for first in FIRST for last in rng.sample(LAST, 2)], 2)
    a, b = rng.sample([*ORGS, *COUNTRIES, *COUNTRIES], 2)
    slots = {"a": a, "b": b, "p": p, "q": q, "place": rng.choice(PLACES)}
    return slots | {"x": rng.choice(group.things).format(**slots)}


def _a_side(rng: random.Random, group: Group) -> tuple[str, ...]:
    return group.same if rng.random() < 0.6 else group.opposite


def _same(rng: random.Random, group: Group) -> Pair | None:
    side = group.same if group.loose else _a_side(rng, group)
    one, two = rng.sample(side, 2)
    if not _slots(two) <= _slots(one):
        return None
    return _pair(rng, one, two, _fill(rng, group), SUPPORTS, "phrasing_same")


def _opposite(rng: random.Random, group: Group) -> Pair | None:
    side = _a_side(rng, group)
    one, two = rng.choice(side), rng.choice(group.other_side(side))
    if not _slots(two) <= _slots(one):
        return None
    return _pair(rng, one, two, _fill(rng, group), CONFLICTS, "phrasing_opposite")


def _open(rng: random.Random, group: Group) -> Pair:
    claim = rng.choice(_a_side(rng, group))
    return _pair(rng, rng.choice(group.open), claim, _fill(rng, group), NEUTRAL, "phrasing_open")


def _swap(rng: random.Random, group: Group) -> Pair | None:
    """Let the claim name somebody else, or the two actors the other way round."""
    one, two = rng.sample(_a_side(rng, group), 2)
    named = sorted(slot for slot in ("a", "p", "place") if f"{{{slot}}}" in two and f"{{{slot}}}" in one)
    if not named:
        return None
    slots = _fill(rng, group)
    changed = slots | {slot: _fill(rng, group)[slot] for slot in (rng.choice(named),)}
    if "{b}" in two and rng.random() < 0.5:
        changed = slots | {"a": slots["b"], "b": slots["a"]}
    if changed == slots or group.name in ("agree", "married", "cooperate") or "{place}" in " ".join(group.things):
        return None
    claim = two.format(**changed)
    return Pair(_framed(rng, one.format(**slots)), _sentence(claim), UNSUPPORTED, "phrasings", "phrasing_swap")


def _thing(rng: random.Random, group: Group) -> Pair | None:
    """Let evidence and claim be about two different things."""
    side = _a_side(rng, group)
    one, two = rng.choice(side), rng.choice(group.other_side(side) if rng.random() < 0.5 else side)
    slots = _fill(rng, group)
    other = slots | {"x": _fill(rng, group)["x"]}
    if other == slots or "{x}" not in one or "{x}" not in two:
        return None
    return Pair(
        _framed(rng, one.format(**slots)), _sentence(two.format(**other)), NEUTRAL, "phrasings", "phrasing_thing"
    )


def _two(rng: random.Random, group: Group) -> Pair | None:
    """Say two things in one piece of evidence, and claim one of them, its opposite, or a third."""
    other, third = rng.sample([each for each in read_groups() if not each.held_out and each is not group], 2)
    slots, second = _fill(rng, group), _fill(rng, other)
    second |= {key: slots[key] for key in ("a", "p") if rng.random() < 0.5}
    second["x"] = rng.choice(other.things).format(**second)
    side = group.same if group.loose else _a_side(rng, group)
    told = rng.choice(side)
    clauses = [told.format(**slots), rng.choice(_a_side(rng, other)).format(**second)]
    rng.shuffle(clauses)
    join = rng.choice(JOINS)
    evidence = _framed(rng, join.format(one=clauses[0], two=clauses[1], Two=_cap(clauses[1])))
    style = rng.random()
    if style < 0.4:
        claim, target = rng.choice(side), SUPPORTS
    elif style < 0.75:
        claim, target = rng.choice(group.other_side(side)), CONFLICTS
    else:
        rest = slots | {"x": rng.choice(third.things).format(**slots)}
        claim = rng.choice(_a_side(rng, third)).format(**rest)
        return Pair(evidence, _sentence(claim), NEUTRAL, "phrasings", "phrasing_two")
    if not _slots(claim) <= _slots(told):
        return None
    return Pair(evidence, _sentence(claim.format(**slots)), target, "phrasings", "phrasing_two")


def _slots(clause: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(clause) if name}


def _pair(rng: random.Random, evidence: str, claim: str, slots: Slots, target: Target, kind: str) -> Pair:
    return Pair(_framed(rng, evidence.format(**slots)), _sentence(claim.format(**slots)), target, "phrasings", kind)


def _framed(rng: random.Random, clause: str) -> str:
    """Set a clause into the frame of a news sentence, or leave it bare."""
    facts = {
        "day": rng.choice(DAYS), "date": f"{rng.choice(MONTHS)} {rng.randint(1, 28)}", "town": rng.choice(PLACES),
        "speaker": rng.choice(SPEAKERS), "outlet": rng.choice(OUTLETS),
    }  # fmt: skip
    style = rng.random()
    if style < 0.35 and ". " not in clause:
        clause = rng.choice(BEFORE).format(**facts) + clause
    elif style < 0.65:
        clause += rng.choice(AFTER).format(**facts)
    return _sentence(clause)


def _sentence(clause: str) -> str:
    return f"{_cap(clause)}."


def _cap(text: str) -> str:
    return text[0].upper() + text[1:]
