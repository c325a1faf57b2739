"""Pairs about invented news events, written for this project: the cases that public NLI data hardly holds.

Each family is one kind of event told in several ways. A telling is a sentence with slots; a pair takes one telling as
evidence and another as claim, and the label follows from the slots: a telling whose slots are among the evidence's is
supported; one with a changed number, date or denial conflicts; one with another name or place, or with a slot the
evidence does not fill, is undecided. The families marked `held_out` are never trained on: they are the test part.
"""

from __future__ import annotations

import random
import string
from collections.abc import Iterator
from dataclasses import dataclass

from models.training.pairs import CONFLICTS, NEUTRAL, SUPPORTS, UNSUPPORTED, Pair


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of event: `tellings` say that it happened, `denials` that it did not, `asides` say something else.

    `followups` say that it happened too, but leave out what their article's `headline` has named.
    """

    name: str
    headline: str
    followups: tuple[str, ...]
    tellings: tuple[str, ...]
    denials: tuple[str, ...]
    asides: tuple[str, ...]
    numbers: tuple[int, int] = (2, 900)
    held_out: bool = False


FAMILIES = (
    Family(
        "fire",
        "Fire in {place}",
        (
            "The blaze left {n} people dead.",
            "It killed {n} people.",
            "{n} people did not get out in time and died.",
            "Officials put the number of dead at {n}.",
        ),
        (
            "A fire in {place} on {date} killed {n} people.",
            "{n} people died when a fire broke out in {place} on {date}.",
            "{n} people lost their lives in a blaze in {place}.",
            "The blaze in {place} on {date} left {n} people dead.",
            "The death toll of the {place} fire stands at {n}.",
        ),
        ("Nobody died in the fire in {place}.", "No one was killed by the blaze in {place} on {date}."),
        ("The building in {place} had no sprinklers.", "Firefighters in {place} worked through the night."),
    ),
    Family(
        "arrests",
        "Police operation in {place}",
        (
            "Officers arrested {n} people on {date}.",
            "{n} suspects were taken into custody.",
            "They detained {n} people.",
        ),
        (
            "Police in {place} arrested {n} people on {date}.",
            "{n} suspects were detained by police in {place} on {date}.",
            "On {date}, officers in {place} took {n} people into custody.",
            "{n} arrests were made in {place}.",
            "Authorities in {place} have detained {n} people.",
        ),
        ("Police in {place} have not arrested anyone.", "No arrests were made in {place} on {date}."),
        ("The suspects in {place} asked for a lawyer.", "A court in {place} will hear the case next month."),
    ),
    Family(
        "appointment",
        "New chief at {org}",
        (
            "{person} was appointed on {date}.",
            "The post goes to {person}.",
            "The board chose {person}.",
        ),
        (
            "{person} was appointed head of {org} on {date}.",
            "{org} named {person} as its new chief on {date}.",
            "{person} became the new head of {org}.",
            "{org} has chosen {person} to lead it.",
            "The new chief of {org} is {person}.",
        ),
        ("{person} turned down the post of head of {org}.", "{org} did not appoint {person} as its head."),
        ("{person} studied law in {place}.", "{org} will publish its annual report in spring."),
    ),
    Family(
        "layoffs",
        "Job cuts at {org}",
        (
            "The company will lay off {n} workers.",
            "It wants to shed {n} jobs in {place}.",
            "{n} employees are to lose their jobs.",
        ),
        (
            "{org} will cut {n} jobs in {place}.",
            "{org} is to lay off {n} workers at its site in {place}.",
            "{n} employees of {org} in {place} will lose their jobs.",
            "{org} announced on {date} that {n} jobs would go in {place}.",
            "About {n} posts are being cut by {org}.",
        ),
        ("{org} will not cut any jobs in {place}.", "{org} ruled out layoffs in {place}."),
        ("{org} opened a canteen in {place}.", "Unions in {place} called for a meeting with {org}."),
        (50, 9000),
    ),
    Family(
        "deal",
        "{org} takes over {other}",
        (
            "The price was ${n} million.",
            "It paid ${n} million.",
            "The purchase cost ${n} million and was completed on {date}.",
        ),
        (
            "{org} bought {other} for ${n} million.",
            "{org} paid ${n} million to take over {other}.",
            "{other} was sold to {org} for ${n} million on {date}.",
            "The takeover of {other} by {org} cost ${n} million.",
            "{org} acquired {other}.",
        ),
        ("{org} did not buy {other}.", "The sale of {other} to {org} fell through."),
        ("{other} has its offices in {place}.", "Shares in {org} were little changed."),
    ),
    Family(
        "election",
        "Election in {place}",
        (
            "{person} won with {p} percent of the vote.",
            "The winner is {person}.",
            "{p} percent of the votes went to {person}.",
        ),
        (
            "{person} won the election in {place} with {p} percent of the vote.",
            "{person} was elected in {place} on {date}, taking {p}% of the votes.",
            "Voters in {place} elected {person}.",
            "With {p} percent, {person} came first in the {place} vote.",
            "{person} was the winner of the {place} election.",
        ),
        ("{person} lost the election in {place}.", "{person} failed to win the {place} vote."),
        ("Turnout in {place} was lower than four years ago.", "{person} thanked volunteers in {place}."),
    ),
    Family(
        "flood",
        "Flood in {place}",
        (
            "{n} people had to leave their homes.",
            "The water drove {n} residents from their houses on {date}.",
            "{n} people were brought to safety.",
        ),
        (
            "Floods in {place} forced {n} people from their homes on {date}.",
            "{n} residents of {place} had to leave their homes because of flooding.",
            "Rising water in {place} displaced {n} people.",
            "{n} people were evacuated in {place} on {date} after the river burst its banks.",
        ),
        ("Nobody had to leave home because of the flood in {place}.", "The river in {place} did not burst its banks."),
        ("The mayor of {place} asked for sandbags.", "The bridge in {place} was built in the nineteenth century."),
    ),
    Family(
        "strike",
        "Strike at {org}",
        (
            "The staff walked out on {date}.",
            "It began on {date}.",
            "{n} employees have stopped work.",
        ),
        (
            "Workers at {org} went on strike on {date}.",
            "Staff of {org} walked out on {date}.",
            "A strike began at {org} on {date}.",
            "{n} employees of {org} stopped work on {date}.",
        ),
        ("Workers at {org} called off the strike.", "Staff of {org} kept working on {date}."),
        ("{org} makes parts for buses in {place}.", "Talks at {org} are led by {person}."),
    ),
    Family(
        "verdict",
        "{person} in court",
        (
            "The judges in {place} imposed {s} years in prison.",
            "The sentence is {s} years.",
            "The defendant must spend {s} years behind bars.",
        ),
        (
            "{person} was sentenced to {s} years in prison on {date}.",
            "A court in {place} jailed {person} for {s} years.",
            "{person} received a prison term of {s} years from a court in {place}.",
            "{person} must go to prison for {s} years.",
        ),
        ("{person} was acquitted by a court in {place}.", "A court in {place} set {person} free."),
        ("{person} wore a gray suit in court.", "The court in {place} was rebuilt two years ago."),
    ),
    Family(
        "visit",
        "{person} in {place}",
        (
            "There was a meeting with {rival} on {date}.",
            "Talks were held with {rival}.",
            "{rival} was the host.",
        ),
        (
            "{person} traveled to {place} on {date} to meet {rival}.",
            "{person} met {rival} in {place} on {date}.",
            "{rival} received {person} in {place}.",
            "Talks between {person} and {rival} took place in {place} on {date}.",
        ),
        ("{person} canceled the trip to {place}.", "{person} and {rival} did not meet in {place}."),
        ("{place} is expecting more visitors this year.", "{person} wrote a book about gardens."),
    ),
    Family(
        "attack",
        "Knife attack in {place}",
        (
            "{person} stabbed {rival}.",
            "The victim, {rival}, was attacked by {person}.",
        ),
        (
            "{person} attacked {rival} with a knife in {place}.",
            "{rival} was stabbed by {person} in {place}.",
            "In {place}, {person} went at {rival} with a knife.",
            "{rival} was the victim of a knife attack by {person}.",
        ),
        ("{rival} was not harmed by {person}.", "{person} never attacked {rival}."),
        ("{person} and {rival} went to school together in {place}.", "A crowd gathered in {place}."),
    ),
    Family(
        "claimed",
        "Bombing in {place}",
        (
            "{org} claimed responsibility.",
            "{org} said on {date} that it had carried out the attack.",
            "Responsibility was claimed by {org}.",
        ),
        (
            "{org} claimed responsibility for the bombing in {place}.",
            "{org} said it had carried out the bombing in {place}.",
            "In a statement on {date}, {org} said it was behind the {place} bombing.",
            "{org} admitted planting the bomb in {place}.",
        ),
        (
            "{org} denied any part in the bombing in {place}.",
            "No group has claimed responsibility for the bombing in {place}.",
            "{org} rejected claims that it was behind the {place} bombing.",
        ),
        ("The market in {place} reopened the next morning.", "{org} was founded by former teachers."),
    ),
    Family(
        "comment",
        "{org} silent on report",
        (
            "It declined to comment.",
            "There was no reply to questions.",
            "A request for comment went unanswered.",
        ),
        (
            "{org} declined to comment on the report.",
            "{org} did not respond to a request for comment.",
            "Asked about the report, {org} gave no answer.",
            "There was no comment from {org}.",
            "{org} would not say anything about the matter.",
        ),
        (
            "{org} told reporters that the report was wrong.",
            "{org} said in a statement that it welcomed the report.",
            '"We have seen the report and we stand by our figures," {org} said.',
        ),
        ("{org} has branches in {place}.", "The report runs to more than two hundred pages."),
    ),
    Family(
        "warning",
        "Accident in {place}",
        (
            "{org} had warned {other} beforehand.",
            "{other} had been told of the danger by {org}.",
        ),
        (
            "{org} warned {other} about the danger before the accident in {place}.",
            "{other} had been alerted to the danger by {org} ahead of the {place} accident.",
            "Before the accident in {place}, {org} passed a warning to {other}.",
            "{other} was told of the risk by {org} in advance.",
        ),
        ("{org} never warned {other} about the danger.", "{other} received no warning from {org}."),
        ("The warning lacked details of time and place.", "{other} played down the advice it was given."),
    ),
    Family(
        "rate",
        "Unemployment in {place}",
        (
            "The rate rose to {p} percent in {month}.",
            "It climbed to {p}%.",
            "In {month} it stood at {p} percent, more than before.",
        ),
        (
            "Unemployment in {place} rose to {p} percent in {month}.",
            "The jobless rate in {place} climbed to {p}% in {month}.",
            "In {month}, {p} percent of workers in {place} were without a job, more than before.",
            "Unemployment in {place} went up.",
        ),
        ("Unemployment in {place} fell in {month}.", "The jobless rate in {place} did not rise."),
        ("Wages in {place} are paid weekly.", "The statistics office of {place} moved to a new building."),
    ),
    Family(
        "rescue",
        "Mine accident near {place}",
        (
            "{n} miners were saved on {date}.",
            "Rescuers brought {n} men to the surface alive.",
        ),
        (
            "Rescuers pulled {n} miners out alive near {place} on {date}.",
            "{n} miners were saved near {place}.",
            "Near {place}, {n} trapped miners were brought to the surface on {date}.",
            "The rescue near {place} saved {n} miners.",
        ),
        ("None of the miners near {place} could be saved.", "Rescuers near {place} failed to reach the miners."),
        ("The mine near {place} produces zinc.", "Families waited at the gate near {place}."),
        (2, 60),
        held_out=True,
    ),
    Family(
        "recall",
        "Brake trouble at {org}",
        (
            "The company is calling back {n} cars.",
            "It recalled {n} vehicles on {date}.",
        ),
        (
            "{org} recalled {n} cars because of faulty brakes on {date}.",
            "{n} vehicles made by {org} are being called back over brake faults.",
            "Brake problems led {org} to call back {n} cars.",
            "{org} is recalling {n} cars.",
        ),
        ("{org} said no recall was needed.", "{org} has not recalled any cars."),
        ("{org} painted its showrooms green.", "{person} has worked for {org} since school."),
        (300, 90000),
        held_out=True,
    ),
    Family(
        "grant",
        "Money for schools in {place}",
        (
            "{org} gives {n} million euros.",
            "They receive {n} million euros from {org}.",
        ),
        (
            "{org} gave {n} million euros to schools in {place}.",
            "Schools in {place} received {n} million euros from {org} on {date}.",
            "A grant of {n} million euros went from {org} to schools in {place}.",
            "{org} is funding schools in {place}.",
        ),
        ("{org} refused to fund schools in {place}.", "Schools in {place} got no money from {org}."),
        ("Children in {place} start school at six.", "{org} holds its meetings on Mondays."),
        held_out=True,
    ),
)

PLACES = (
    *(
        "Lisbon Oslo Nairobi Manila Quito Dakar Riga Perth Osaka Leeds Kano Turin Lyon Tunis Hanoi Bergen Split Cork "
        "Accra Lima Graz Minsk Poznan Sofia Tbilisi Iran Iraq Chad Peru Norway Ghana Latvia Jordan Nepal Belgium Chile "
        "Ukraine Russia Turkey France Texas Ohio Bavaria Kerala Sindh Wales"
    ).split(),
    "New York", "the north of Spain", "the capital", "Port Louis", "the Gaza Strip", "South Korea",
)  # fmt: skip
FIRST = (
    "Anna Boris Carla David Elena Farid Grace Hugo Ines Jonas Karim Lena Marco Nadia Olga Pavel Rosa Samir Tara Viktor"
).split()
LAST = (
    "Almeida Berger Castro Dahl Eriksen Farouk Greene Haddad Ivanov Jensen Kovac Lindqvist Moreau Nowak Okafor "
    "Petrov Quist Rahman Silva Tanaka Umarov Vargas Weber Yilmaz Zhang"
).split()
ORGS = (
    "Norvik Steel|the Red Cross|Halden Bank|the health ministry|the city council|the Northern Front|Orbis Motors|"
    "Telmar|the central bank|the transport union|Bluewater Energy|the defense ministry|the Free Harbor Group|"
    "the election commission|Castell Foods|the Green Party|the foreign ministry|the police|the World Seed Fund|"
    "Acme Rail"
).split("|")
MONTHS = ("January February March April May June July August September October November December").split()
OUTLETS = ("the Harbor Times", "Radio Meridian", "the Daily Ledger", "Channel Four News", "the news agency Norpress")
WORDS = {
    2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine", 10: "ten", 11: "eleven",
    12: "twelve", 15: "fifteen", 20: "twenty", 30: "thirty", 40: "forty", 50: "fifty", 60: "sixty", 100: "a hundred",
}  # fmt: skip

Slots = dict[str, str | int]


def event_pairs(rng: random.Random, count: int, held_out: bool = False) -> Iterator[Pair]:
    """Yield `count` pairs from the families that are, or are not, held out."""
    families = [family for family in FAMILIES if family.held_out == held_out]
    for _ in range(count):
        yield _pair(rng, rng.choice(families))


def _pair(rng: random.Random, family: Family) -> Pair:
    slots = _fill(rng, family)
    makers = (
        _followup,
        _followup,
        _followup,
        _followup,
        _paraphrase,
        _paraphrase,
        _number,
        _number,
        _date,
        _name,
        _denial,
        _aside,
        _speech,
        _hedge,
        _role,
    )
    pair = None
    while pair is None:
        maker = rng.choice(makers)
        pair = maker(rng, family, slots)
    if rng.random() < 0.25 and pair.kind != "aside":
        lead = _render(rng, rng.choice(family.asides), slots)
        pair = Pair(f"{lead} {pair.evidence}", pair.claim, pair.target, pair.source, pair.kind)
    return pair


def _fill(rng: random.Random, family: Family) -> Slots:
    person, rival = rng.sample([f"{first} {last}" for first in FIRST for last in rng.sample(LAST, 3)], 2)
    org, other = rng.sample(ORGS, 2)
    low, high = family.numbers
    n = rng.randint(low, min(high, low + 40)) if rng.random() < 0.4 else rng.randint(low, high)
    if rng.random() < 0.15:
        n = rng.choice(list(WORDS))
    return {
        "person": person, "rival": rival, "org": org, "other": other, "place": rng.choice(PLACES),
        "n": max(n, low), "p": rng.randint(2, 79), "s": rng.randint(2, 30),
        "month": rng.choice(MONTHS), "date": _a_date(rng),
    }  # fmt: skip


def _a_date(rng: random.Random) -> str:
    return f"{rng.choice(MONTHS)} {rng.randint(1, 28)}"


def _render(rng: random.Random, telling: str, slots: Slots) -> str:
    shown = {name: _number_text(rng, value) if isinstance(value, int) else value for name, value in slots.items()}
    if rng.random() < 0.3 and isinstance(slots["date"], str):
        month, day = slots["date"].split()
        shown["date"] = f"{day} {month}"
    text = telling.format(**shown)
    return text[0].upper() + text[1:]


def _number_text(rng: random.Random, value: int) -> str:
    if value in WORDS and rng.random() < 0.5:
        return WORDS[value]
    return f"{value:,}" if rng.random() < 0.7 else str(value)


def _names(telling: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(telling) if name}


def _two(rng: random.Random, family: Family, need: set[str] | None = None) -> tuple[str, str] | None:
    """Pick evidence and claim tellings such that the evidence fills every slot of the claim."""
    options = [
        (evidence, claim)
        for evidence in family.tellings
        for claim in family.tellings
        if evidence != claim and _names(claim) <= _names(evidence) and (not need or need & _names(claim))
    ]
    return rng.choice(options) if options else None


def _paraphrase(rng: random.Random, family: Family, slots: Slots) -> Pair | None:
    two = _two(rng, family)
    if two is None:
        return None
    evidence = _render(rng, two[0], slots)
    if rng.random() < 0.2:
        evidence = _said(rng, evidence, slots)
    return Pair(evidence, _render(rng, two[1], slots), SUPPORTS, "events", "paraphrase")


def _followup(rng: random.Random, family: Family, slots: Slots) -> Pair | None:
    """Give a sentence that only its headline makes complete, against a claim that names everything."""
    telling = rng.choice(family.followups)
    filled = _names(telling) | _names(family.headline)
    claims = [claim for claim in family.tellings if _names(claim) <= filled]
    if not claims:
        return None
    claim, changed, target = rng.choice(claims), dict(slots), SUPPORTS
    figures = sorted(_names(telling) & _names(claim) & {"n", "p", "s"})
    style = rng.random()
    if style < 0.3 and figures and "bout" not in telling + claim:
        changed |= {name: _another(rng, slots[name]) for name in figures}
        target = CONFLICTS
    elif style < 0.5:
        key = rng.choice(sorted(_names(claim) & {"person", "rival", "org", "other", "place"}))
        changed[key], target = _fill(rng, family)[key], UNSUPPORTED
        if changed[key] in slots.values():
            return None
    elif style < 0.65:
        asides = f"{_render(rng, family.headline, slots)}. {_render(rng, rng.choice(family.asides), slots)}"
        return Pair(asides, _render(rng, claim, slots), NEUTRAL, "events", "aside")
    elif style < 0.75:
        denial = f"{_render(rng, family.headline, slots)}. {_render(rng, rng.choice(family.denials), slots)}"
        return Pair(denial, _render(rng, claim, slots), CONFLICTS, "events", "negation")
    evidence = f"{_render(rng, family.headline, slots)}. {_render(rng, telling, slots)}"
    return Pair(evidence, _render(rng, claim, changed), target, "events", "followup")


def _number(rng: random.Random, family: Family, slots: Slots) -> Pair | None:
    two = _two(rng, family, {"n", "p", "s"})
    if two is None or "About" in two[0] + two[1]:
        return None
    changed = slots | {name: _another(rng, slots[name]) for name in ("n", "p", "s")}
    return Pair(_render(rng, two[0], slots), _render(rng, two[1], changed), CONFLICTS, "events", "number")


def _another(rng: random.Random, value: str | int) -> int:
    assert isinstance(value, int)
    near = [value + step for step in (-7, -4, -2, 2, 3, 5, 11) if value + step > 1]
    far = [value * 10, value * 2, max(2, value // 2), value + 50]
    return rng.choice([other for other in (*near, *far) if other != value])


def _date(rng: random.Random, family: Family, slots: Slots) -> Pair | None:
    two = _two(rng, family, {"date", "month"})
    if two is None:
        return None
    day = rng.randint(1, 28)
    month = rng.choice([m for m in MONTHS if m not in (slots["month"], str(slots["date"]).split()[0])])
    date = f"{month} {day}" if rng.random() < 0.6 else f"{str(slots['date']).split()[0]} {_another(rng, day) % 28 + 1}"
    if date == slots["date"]:
        return None
    changed = slots | {"date": date, "month": month}
    return Pair(_render(rng, two[0], slots), _render(rng, two[1], changed), CONFLICTS, "events", "date")


def _name(rng: random.Random, family: Family, slots: Slots) -> Pair | None:
    two = _two(rng, family)
    if two is None:
        return None
    key = rng.choice(sorted(_names(two[1]) & {"person", "rival", "org", "other", "place"}))
    fresh = _fill(rng, family)[key]
    if fresh in slots.values():
        return None
    evidence, claim = _render(rng, two[0], slots), _render(rng, two[1], slots | {key: fresh})
    return Pair(evidence, claim, UNSUPPORTED, "events", "name")


def _role(rng: random.Random, family: Family, slots: Slots) -> Pair | None:
    swaps = [pair for pair in (("person", "rival"), ("org", "other")) if family.name in ("attack", "deal", "warning")]
    two = _two(rng, family)
    if not swaps or two is None:
        return None
    changed = dict(slots)
    for a, b in swaps:
        changed[a], changed[b] = slots[b], slots[a]
    if not {"rival", "other"} & _names(two[1]):
        return None
    return Pair(_render(rng, two[0], slots), _render(rng, two[1], changed), UNSUPPORTED, "events", "role")


def _denial(rng: random.Random, family: Family, slots: Slots) -> Pair | None:
    told, denied = _render(rng, rng.choice(family.tellings), slots), _render(rng, rng.choice(family.denials), slots)
    style = rng.random()
    if style < 0.4:
        return Pair(told, denied, CONFLICTS, "events", "negation")
    if style < 0.8:
        return Pair(denied, told, CONFLICTS, "events", "negation")
    return Pair(denied, denied.replace("No one", "Nobody"), SUPPORTS, "events", "paraphrase")


def _aside(rng: random.Random, family: Family, slots: Slots) -> Pair:
    told, aside = _render(rng, rng.choice(family.tellings), slots), _render(rng, rng.choice(family.asides), slots)
    evidence, claim = (told, aside) if rng.random() < 0.5 else (aside, told)
    return Pair(evidence, claim, NEUTRAL, "events", "aside")


def _speaker(rng: random.Random, slots: Slots) -> str:
    return rng.choice(("a spokesman", "officials", "a senior official", "witnesses", str(slots["rival"]), *OUTLETS))


def _said(rng: random.Random, sentence: str, slots: Slots) -> str:
    speaker, body = _speaker(rng, slots), sentence.rstrip(".")
    return rng.choice((f"{_cap(speaker)} said that {_low(body)}.", f"{body}, {speaker} said.",
                       f"According to {speaker}, {_low(body)}.", f"{_cap(speaker)} confirmed that {_low(body)}.",
                       f"{body}, {speaker} reported."))  # fmt: skip


def _speech(rng: random.Random, family: Family, slots: Slots) -> Pair | None:
    two = _two(rng, family)
    if two is None:
        return None
    body, claim = _low(_render(rng, two[0], slots).rstrip(".")), _render(rng, two[1], slots)
    speaker, other = str(slots["rival"]), rng.choice(("the union", "a neighbor", "the opposition"))
    if "rival" in _names(two[0]):
        return None
    says_claim = f"{_cap(speaker)} said that {_low(claim)}"
    return Pair(*rng.choice((
        (f"{_cap(speaker)} denied that {body}.", claim, CONFLICTS),
        (f"{_cap(speaker)} said it was not true that {body}.", claim, CONFLICTS),
        (f"Reports that {body} are false, {speaker} said.", claim, CONFLICTS),
        (f"{_cap(speaker)} alleged that {body}, without giving evidence.", claim, NEUTRAL),
        (f"It is not clear whether {body}.", claim, NEUTRAL),
        (f"{_cap(speaker)} asked whether {body}.", claim, NEUTRAL),
        (f"{_cap(speaker)} told {rng.choice(OUTLETS)} that {body}.", says_claim, SUPPORTS),
        (f"{_cap(speaker)} stated that {body}.", says_claim, SUPPORTS),
        (f"{_cap(speaker)} denied that {body}.", says_claim, CONFLICTS),
        (f"{_cap(speaker)} denied that {body}.", f"{_cap(speaker)} rejected the claim that {_low(claim)}", SUPPORTS),
        (f"{_cap(other)} said that {body}.", says_claim, NEUTRAL),
        (f"{_cap(body)}.", says_claim, NEUTRAL),
    )), "events", "speech")  # fmt: skip


def _hedge(rng: random.Random, family: Family, slots: Slots) -> Pair | None:
    two = _two(rng, family, {"n"})
    if two is None or "About" in two[0] + two[1] or "{n}" not in two[0] or "${n}" in two[0]:
        return None
    n = slots["n"]
    assert isinstance(n, int)
    low, high, rough = max(1, n - rng.randint(1, max(1, n // 3))), n + rng.randint(1, max(1, n // 2)), round(n, -1)
    exact, least, most = f"{n}", f"at least {n}", f"at most {n}"
    options = [
        (exact, f"more than {low - 1 or 1}", SUPPORTS), (exact, f"at least {low}", SUPPORTS),
        (exact, f"fewer than {high + 1}", SUPPORTS), (exact, f"more than {high}", CONFLICTS),
        (exact, f"fewer than {low}", CONFLICTS), (least, f"more than {low - 1 or 1}", SUPPORTS),
        (least, exact, SUPPORTS), (least, f"fewer than {low}", CONFLICTS), (least, f"only {low - 1 or 1}", CONFLICTS),
        (most, f"more than {high}", CONFLICTS), (f"nearly {n}", f"about {n}", SUPPORTS),
        (f"some {n}", f"around {n}", SUPPORTS), (f"close to {n}", f"nearly {n}", SUPPORTS),
    ]  # fmt: skip
    if n > 24 and rough and abs(rough - n) <= n * 0.05:
        options += [(exact, f"about {rough}", SUPPORTS), (exact, f"roughly {rough}", SUPPORTS)] * 2
        options += [(exact, f"about {rough * 2}", CONFLICTS)]
    evidence, claim, target = rng.choice(options)
    tell, ask = (_render(rng, text, slots | {"n": shown}) for text, shown in ((two[0], evidence), (two[1], claim)))
    return Pair(tell, ask, target, "events", "hedge")


def _cap(text: str) -> str:
    return text[0].upper() + text[1:]


def _low(text: str) -> str:
    """Lower the first letter where it opens a common word, so that a name keeps its capital."""
    common = ("A ", "The ", "No ", "Nobody", "None", "On ", "In ", "With ", "Before ", "Near ", "Police ", "Workers ",
              "Staff ", "Floods ", "Voters ", "Talks ", "Rising ", "Authorities ", "Unemployment ", "Rescuers ",
              "There ", "Asked ", "About ", "Schools ", "Brake ", "Two ", "Three ", "Four ", "Five ", "Six ",
              "Seven ", "Eight ", "Nine ", "Ten ", "Eleven ", "Twelve ", "Fifteen ", "Twenty ", "Thirty ", "Forty ",
              "Fifty ", "Sixty ")  # fmt: skip
    return text[0].lower() + text[1:] if text.startswith(common) else text
