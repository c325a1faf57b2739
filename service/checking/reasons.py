"""The one sentence that says why: in words that an editor can quote, always about the indexed articles."""

from __future__ import annotations

from collections.abc import Sequence

from service.checking.rates import without_span
from service.checking.speakers import same_speaker
from service.checking.units import is_measure
from service.checking.verdict import PARTIAL_ACTS, Count
from service.domain import Act, Coverage, Difference, Evidence, Judgement, Relation, Stance, Value, Verdict

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_DOES = {Act.ALLEGES: ("alleges it", "allege it"), Act.DENIES: ("denies it", "deny it")}
_AGAINST = {Act.ALLEGES: "no source confirms it", Act.DENIES: "no source says that it is so"}
_LONGEST_NAME = 4  # words; what is longer is the title of an article whose outlet is not known


def explain(counted: Count, evidence: Sequence[Evidence], judged: int, coverage: Coverage) -> str:
    """Return the reason for a verdict."""
    match counted.verdict:
        case Verdict.SUPPORTED:
            verb = _agree(counted.origins.supporting, "supports", "support")
            return f"{_side(counted, evidence, Stance.SUPPORTS)} {verb} the claim; none conflicts with it."
        case Verdict.REFUTED:
            return _refuted(counted, evidence)
        case Verdict.OUTDATED:
            return _outdated(evidence)
        case Verdict.DISPUTED:
            return _disputed(counted, evidence)
        case _:
            return _nothing(evidence, judged, coverage)


def scope(coverage: Coverage) -> str:
    """Say which articles the verdict is about."""
    articles = _agree(coverage.articles, "article", "articles")
    if coverage.earliest is None or coverage.latest is None:
        return f"The {coverage.articles:,} indexed {articles}, of unknown date."
    first, last = coverage.earliest.date().isoformat(), coverage.latest.date().isoformat()
    when = f"on {first}" if first == last else f"{first} to {last}"
    return f"The {coverage.articles:,} indexed {articles}, published {when}."


def _refuted(counted: Count, evidence: Sequence[Evidence]) -> str:
    against = _side(counted, evidence, Stance.CONFLICTS)
    difference = _difference(evidence)
    if difference is None:
        conflicts = _agree(counted.origins.conflicting, "conflicts", "conflict")
        return f"{against} {conflicts} with the claim; none supports it."
    gives = _agree(counted.origins.conflicting, "gives", "give")
    return f"{against} {gives} {_quote(difference.evidence)}; the claim says {_within(difference.claim)}."


def _outdated(evidence: Sequence[Evidence]) -> str:
    old = next(e.judgement for e in evidence if e.judgement.superseded_by)
    new = old.superseded_by
    told = next((d for d in old.differences if d.relation is Relation.SUPERSEDED), None)
    stated = told.claim if told else old.figures[0] if old.figures else None
    # Where one sentence tells both, its article's day is that of the newer figure.
    reported = f", reported on {day}," if not told and (day := _day(old)) else ""
    newer = next((e.judgement for e in evidence if new in e.judgement.figures), old if told else None)
    since = f" (reported on {day})" if newer and (day := _day(newer)) else ""
    figure = _quote(stated) if stated else "The figure"
    by = _quote(new) if new else "a newer one"
    return (
        f"{figure[0].upper()}{figure[1:]}{reported} was an earlier figure; it has since been replaced by {by}{since}."
    )


def _day(judgement: Judgement) -> str | None:
    when = judgement.hit.article.published_at
    return when.date().isoformat() if when else None


def _disputed(counted: Count, evidence: Sequence[Evidence]) -> str:
    charge = _only_parties(evidence, Stance.SUPPORTS)
    denial = _only_parties(evidence, Stance.CONFLICTS)
    if charge and denial:
        return f"{charge[0].upper()}{charge[1:]} and {denial}; the indexed articles report both."
    if counted.origins.mixed and not (counted.origins.supporting and counted.origins.conflicting):
        return _mixed(evidence)
    sides = []
    for stance, party, one, many in (
        (Stance.SUPPORTS, charge, "supports", "support"),
        (Stance.CONFLICTS, denial, "conflicts with", "conflict with"),
    ):
        origins = counted.origins.supporting if stance is Stance.SUPPORTS else counted.origins.conflicting
        sides.append(party or f"{_side(counted, evidence, stance)} {_agree(origins, one, many)} the claim")
    return f"{sides[0][0].upper()}{sides[0][1:]}; {_lowered(sides[1])}."


def _nothing(evidence: Sequence[Evidence], judged: int, coverage: Coverage) -> str:
    if not coverage.articles:
        return "No indexed article is left to search: the corpus is empty or the filters leave nothing."
    for act, (one, many) in _DOES.items():
        if parties := _parties(evidence, act):
            does = many if _is_plural(parties) else one
            return f"Only {_listed(parties)} {does} in the indexed articles; {_AGAINST[act]}."
    if not judged:
        return "No sentence in the indexed articles shares anything with the claim."
    if judged == 1:
        return "The nearest sentence in the indexed articles neither supports the claim nor conflicts with it."
    return f"Of the {judged} nearest sentences in the indexed articles, none supports the claim or conflicts with it."


def _side(counted: Count, evidence: Sequence[Evidence], stance: Stance) -> str:
    """Name the origins of one side: "Two independent origins, the Harbor Times and Norpress, in 4 articles,"."""
    supports = stance is Stance.SUPPORTS
    origins = counted.origins.supporting if supports else counted.origins.conflicting
    articles = counted.articles.supporting if supports else counted.articles.conflicting
    names = list(dict.fromkeys(_name(e) for e in evidence if e.judgement.stance is stance))
    number = _NUMBERS[origins] if origins < len(_NUMBERS) else f"{origins:,}"
    where = f"in {articles} {_agree(articles, 'article', 'articles')}"
    noun = _agree(origins, "origin", "origins")
    if 0 < len(names) <= min(2, origins):
        return f"{number.capitalize()} independent {noun}, {' and '.join(names)}, {where},"
    return f"{number.capitalize()} independent {noun} {where}"


def _name(evidence: Evidence) -> str:
    name = evidence.origin.name
    return name if len(name.split()) <= _LONGEST_NAME else f"“{name}”"


def _difference(evidence: Sequence[Evidence]) -> Difference | None:
    """Return the difference that the strongest conflicting sentence names."""
    conflicting = (e.judgement for e in evidence if e.judgement.stance is Stance.CONFLICTS)
    return next((judgement.differences[0] for judgement in conflicting if judgement.differences), None)


def _quote(value: Value) -> str:
    """Return a value in its words, with what it counts where the words lack it."""
    if value.unit is None or not isinstance(value.value, float | int):
        return _within(value)
    unit, _ = without_span(value.unit)
    if is_measure(unit) or unit.lower() in value.text.lower():
        return _within(value)
    return f"{_lowered(value.text)} {value.unit}"


def _within(value: Value) -> str:
    """Return a value's words as they stand within a sentence, with its span of time; months and days keep a capital."""
    if not isinstance(value.value, float | int):
        return value.text
    _, span = without_span(value.unit or "")
    return f"{_lowered(value.text)} {span}".rstrip()


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def _only_parties(evidence: Sequence[Evidence], stance: Stance) -> str:
    """Say which parties allege or deny the claim on one side, or nothing where that side has a firm source."""
    side = [e for e in evidence if e.judgement.stance is stance]
    acts = {e.judgement.attribution.act if e.judgement.attribution else None for e in side}
    if len(acts) != 1 or not (act := next(iter(acts))) or act not in PARTIAL_ACTS:
        return ""
    parties = _parties(side, act)
    return f"{_listed(parties)} {_DOES[act][_is_plural(parties)]}"


def _parties(evidence: Sequence[Evidence], act: Act) -> list[str]:
    """Return who does it, each once: the Kremlin and Russia are one."""
    found: list[str] = []
    for said in (e.judgement.attribution for e in evidence):
        if said is not None and said.act is act and not any(same_speaker(said.speaker, known) for known in found):
            found.append(said.speaker)
    return found


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else names[0]


def _is_plural(parties: Sequence[str]) -> bool:
    # "Prosecutors in Harl", but "the United States".
    first = parties[0].split()[0]
    return (
        len(parties) > 1
        or " and " in parties[0]
        or (first.islower() and first.endswith("s"))
        or (parties[0] in {"unnamed sources", "police"})
    )


def _mixed(evidence: Sequence[Evidence]) -> str:
    """Say of the first origin that stands on both sides whether its versions disagree or one article gives both."""
    sides: dict[str, dict[Stance, set[str]]] = {}
    for item in evidence:
        stances = sides.setdefault(item.origin.id, {})
        articles = {item.judgement.hit.article.id, *(also.hit.article.id for also in item.also_in)}
        stances.setdefault(item.judgement.stance, set()).update(articles)
    origin, stances = next(((o, s) for o, s in sides.items() if len(s) > 1), ("", {}))
    name = next((_name(e) for e in evidence if e.origin.id == origin), "")
    report = f"one {name} report" if name else "one report"
    if stances and len(set().union(*stances.values())) == 1:
        return (
            f"A single article, of {report}, holds sentences that support the claim and others that conflict with it."
        )
    return f"Versions of {report} disagree: some support the claim, others conflict with it."


def _agree(number: int, one: str, many: str) -> str:
    return one if number == 1 else many
