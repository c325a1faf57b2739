"""The one sentence that says why: in words that an editor can quote, always about the indexed articles."""

from __future__ import annotations

from collections.abc import Sequence

from service.checking.verdict import Count
from service.domain import Coverage, Evidence, Stance, Verdict

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def explain(counted: Count, evidence: Sequence[Evidence], judged: int, coverage: Coverage) -> str:
    """Return the reason for a verdict."""
    for_it = _side(counted.origins.supporting, counted.articles.supporting, evidence, Stance.SUPPORTS)
    against = _side(counted.origins.conflicting, counted.articles.conflicting, evidence, Stance.CONFLICTS)
    match counted.verdict:
        case Verdict.SUPPORTED:
            verb = _verb(counted.origins.supporting, "supports", "support")
            return f"{for_it} {verb} the claim; none conflicts with it."
        case Verdict.REFUTED:
            verb = _verb(counted.origins.conflicting, "conflicts", "conflict")
            return f"{against} {verb} with the claim; none supports it."
        case Verdict.DISPUTED if counted.origins.mixed and not (
            counted.origins.supporting and counted.origins.conflicting
        ):
            name = _name_mixed(evidence)
            return f"Versions of one report disagree: {name} both supports the claim and conflicts with it."
        case Verdict.DISPUTED:
            verbs = (
                _verb(counted.origins.supporting, "supports", "support"),
                _verb(counted.origins.conflicting, "conflicts", "conflict"),
            )
            return f"{for_it} {verbs[0]} the claim and {against[0].lower()}{against[1:]} {verbs[1]} with it."
        case _:
            return _nothing(judged, coverage)


def scope(coverage: Coverage) -> str:
    """Say which articles the verdict is about."""
    articles = "article" if coverage.articles == 1 else "articles"
    if coverage.earliest is None or coverage.latest is None:
        return f"The {coverage.articles:,} indexed {articles}, of unknown date."
    first, last = coverage.earliest.date().isoformat(), coverage.latest.date().isoformat()
    when = f"on {first}" if first == last else f"{first} to {last}"
    return f"The {coverage.articles:,} indexed {articles}, published {when}."


def _nothing(judged: int, coverage: Coverage) -> str:
    if not coverage.articles:
        return "No indexed article is left to search: the corpus is empty or the filters leave nothing."
    if not judged:
        return "No sentence in the indexed articles shares anything with the claim."
    return (
        f"Of the {judged} nearest {_verb(judged, 'sentence', 'sentences')} in the indexed articles, "
        "none supports the claim or conflicts with it."
    )


def _side(origins: int, articles: int, evidence: Sequence[Evidence], stance: Stance) -> str:
    names = dict.fromkeys(e.origin.name for e in evidence if e.judgement.stance is stance)
    count = NUMBERS[origins] if origins < len(NUMBERS) else f"{origins:,}"
    noun = _verb(origins, "independent origin", "independent origins")
    where = f" in {articles} {_verb(articles, 'article', 'articles')}"
    listed = f", {', '.join(list(names)[:3])}," if 0 < len(names) <= 3 else ""
    return f"{count.capitalize()} {noun}{listed}{where}"


def _name_mixed(evidence: Sequence[Evidence]) -> str:
    sides: dict[str, set[Stance]] = {}
    for item in evidence:
        sides.setdefault(item.origin.name, set()).add(item.judgement.stance)
    return next((name for name, side in sides.items() if len(side) > 1), "it")


def _verb(count: int, one: str, many: str) -> str:
    return one if count == 1 else many
