"""The one sentence that says why: in words that an editor can quote, always about the indexed articles."""

from __future__ import annotations

from collections.abc import Sequence

from service.checking.verdict import Count
from service.domain import Act, Coverage, Difference, Evidence, Stance, Verdict

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_DOES = {Act.ALLEGES: "alleges it", Act.DENIES: "denies it"}


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
    return f"{against} {gives} {_quote(difference)}; the claim says {difference.claim.text}."


def _outdated(evidence: Sequence[Evidence]) -> str:
    old = next(e.judgement for e in evidence if e.judgement.superseded_by)
    new = old.superseded_by
    stated = old.differences[0].claim.text if old.differences else old.figures[0].text if old.figures else "The figure"
    newer = new.text if new else ""
    when = old.hit.article.published_at
    earlier = f" (reported {when.date().isoformat()})" if when and not old.differences else ""
    return f"{stated} was an earlier figure{earlier}; it has since been replaced by {newer}."


def _disputed(counted: Count, evidence: Sequence[Evidence]) -> str:
    if counted.origins.mixed and not (counted.origins.supporting and counted.origins.conflicting):
        return f"Versions of one {_mixed(evidence)} report disagree: some support the claim, others conflict with it."
    sides = _parties(evidence, Act.ALLEGES), _parties(evidence, Act.DENIES)
    if all(sides) and not any(_firm(e) for e in evidence):
        return f"{sides[0]} alleges it and {sides[1]} denies it; the indexed articles report both."
    against = _side(counted, evidence, Stance.CONFLICTS)
    verbs = (
        _agree(counted.origins.supporting, "supports", "support"),
        _agree(counted.origins.conflicting, "conflicts", "conflict"),
    )
    for_it = _side(counted, evidence, Stance.SUPPORTS)
    return f"{for_it} {verbs[0]} the claim; {against[0].lower()}{against[1:]} {verbs[1]} with it."


def _nothing(evidence: Sequence[Evidence], judged: int, coverage: Coverage) -> str:
    if not coverage.articles:
        return "No indexed article is left to search: the corpus is empty or the filters leave nothing."
    for act, does in _DOES.items():
        if party := _parties(evidence, act):
            return f"Only {party} {does} in the indexed articles; no source confirms or contradicts that."
    if not judged:
        return "No sentence in the indexed articles shares anything with the claim."
    sentences = _agree(judged, "sentence", "sentences")
    return f"Of the {judged} nearest {sentences} in the indexed articles, none supports the claim or conflicts with it."


def _side(counted: Count, evidence: Sequence[Evidence], stance: Stance) -> str:
    """Name the origins of one side: "Two independent origins, the Harbor Times and Norpress, in 4 articles"."""
    supports = stance is Stance.SUPPORTS
    origins = counted.origins.supporting if supports else counted.origins.conflicting
    articles = counted.articles.supporting if supports else counted.articles.conflicting
    names = list(dict.fromkeys(e.origin.name for e in evidence if e.judgement.stance is stance))
    number = _NUMBERS[origins] if origins < len(_NUMBERS) else f"{origins:,}"
    listed = f", {' and '.join(names)}," if 0 < len(names) <= 2 else ""
    noun = _agree(origins, "origin", "origins")
    return f"{number.capitalize()} independent {noun}{listed} in {articles} {_agree(articles, 'article', 'articles')}"


def _difference(evidence: Sequence[Evidence]) -> Difference | None:
    """Return the difference that the strongest conflicting sentence names."""
    conflicting = (e.judgement for e in evidence if e.judgement.stance is Stance.CONFLICTS)
    return next((judgement.differences[0] for judgement in conflicting if judgement.differences), None)


def _quote(difference: Difference) -> str:
    """Return the evidence's value in its words, with the unit where the words lack it."""
    value = difference.evidence
    unit = value.unit if difference.kind == "quantity" else None
    return f"{value.text} {unit}" if unit and unit.lower() not in value.text.lower() else value.text


def _parties(evidence: Sequence[Evidence], act: Act) -> str:
    said = (e.judgement.attribution for e in evidence)
    return " and ".join(dict.fromkeys(a.speaker for a in said if a is not None and a.act is act))


def _firm(evidence: Evidence) -> bool:
    said = evidence.judgement.attribution
    return said is None or said.act not in _DOES


def _mixed(evidence: Sequence[Evidence]) -> str:
    sides: dict[str, set[Stance]] = {}
    for item in evidence:
        sides.setdefault(item.origin.name, set()).add(item.judgement.stance)
    return next((name for name, side in sides.items() if len(side) > 1), "same")


def _agree(number: int, one: str, many: str) -> str:
    return one if number == 1 else many
