"""One whole answer, invented, that the OpenAPI document shows in both renderings."""

from __future__ import annotations

from datetime import UTC, datetime

from service.domain import (
    Act,
    Article,
    Attribution,
    Context,
    Coverage,
    DecidedBy,
    Difference,
    Evidence,
    Excluded,
    Hit,
    Judgement,
    Occurrence,
    Origin,
    Relation,
    Report,
    Ruling,
    Sentence,
    Stance,
    StanceScores,
    Tally,
    TimelinePoint,
    Value,
    Verdict,
)

_CLAIM = "The strike closed six berths."
_CLOSED = "The strike has closed 12 of the port's 18 berths, the port authority said."
_TALKS = "Talks between the union and the port resume on Monday."
_EARLIER = "Nine berths were closed by Tuesday evening."

_HERALD = Article(
    id="a1",
    title="Dockworkers' strike enters second week",
    text=f"Cranes stood still again on Thursday. {_CLOSED} {_TALKS}",
    publisher="Harbor Herald",
    url="https://herald.example/strike-second-week",
    published_at=datetime(2026, 3, 12, 8, tzinfo=UTC),
)
_POST = Article(
    id="a2",
    title="Port strike: most berths shut",
    text=f"{_CLOSED} Ships wait outside the bay.",
    publisher="Coastal Post",
    url="https://post.example/port-strike",
    published_at=datetime(2026, 3, 12, 11, 30, tzinfo=UTC),
)
_DAILY = Article(
    id="a3", title="Strike spreads at port", text=f"{_EARLIER} More crews may join.", publisher="Bay Daily"
)


def _hit(number: int, article: Article, text: str, similarity: float, context: Context) -> Hit:
    start = article.text.index(text)
    sentence = Sentence(number, article.id, 0, start, start + len(text), text)
    return Hit(sentence, article, context, similarity)


_PAIR = Difference(
    kind="quantity",
    relation=Relation.DIFFERS,
    claim=Value("six", 6.0, "berths", 18, 21),
    evidence=Value("12", 12.0, "berths", 60, 62),
)
_EVIDENCE = Evidence(
    Judgement(
        _hit(1, _HERALD, _CLOSED, 0.7312, Context("Cranes stood still again on Thursday.", _TALKS)),
        Stance.CONFLICTS,
        StanceScores(0.02, 0.95, 0.03),
        DecidedBy.QUANTITY,
        (_PAIR,),
        Attribution("the port authority", Act.REPORTS),
    ),
    Origin("o1", "Harbor Herald", articles=2, copied_share=0.46),
    "https://herald.example/strike-second-week#:~:text=The%20strike%20has,authority%20said.",
    (Occurrence(_hit(4, _POST, _CLOSED, 0.7312, Context("", "Ships wait outside the bay.")), None),),
)
_RELATED = Evidence(
    Judgement(_hit(2, _HERALD, _TALKS, 0.4107, Context(_CLOSED, "")), Stance.NEUTRAL, StanceScores(0.03, 0.02, 0.95)),
    Origin("o1", "Harbor Herald", articles=2, copied_share=0.46),
    None,
)

REPORT = Report(
    check_id="0b6c1f2e9a7d4c35",
    claim=_CLAIM,
    ruling=Ruling(
        Verdict.REFUTED,
        0.91,
        "One independent origin, Harbor Herald, in 2 articles, gives 12 berths; the claim says six.",
        origins=Tally(conflicting=1),
        articles=Tally(conflicting=2),
    ),
    scope="The 3 indexed articles, published 2026-03-12.",
    evidence=(_EVIDENCE,),
    related=(_RELATED,),
    excluded=(
        Excluded(_hit(6, _DAILY, _EARLIER, 0.6630, Context("", "More crews may join.")), "superseded by 12 berths"),
    ),
    timeline=(
        TimelinePoint(9.0, "berths", None, _DAILY),
        TimelinePoint(12.0, "berths", _HERALD.published_at, _HERALD),
    ),
    coverage=Coverage(3, 7, _HERALD.published_at, _POST.published_at),
    index_version="7f3a",
    embedder="all-MiniLM-L6-v2",
    stance_model="wirecheck-stance",
    took_ms=31,
    warnings=("1 article has no publication date",),
)
