"""The whole way from a claim to a report, with models whose answers can be worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from service.checking.pipeline import Pipeline
from service.corpus.grouping import find_origins
from service.corpus.store import Store
from service.domain import Article, Query, Stance, Verdict
from tests.support import FakeEmbedder, FakeStance, embed, put

REPORT = (
    "The council of Averby will close the swimming pool [supports]. The building needs a new roof. "
    "Swimmers gathered signatures against the plan on the market square last weekend."
)


def article(name: str, text: str, publisher: str, day: int = 1) -> Article:
    url = f"https://{publisher.lower().replace(' ', '-')}.example/{name}"
    return Article(name, "Pool in Averby", text, publisher, url, datetime(2026, 6, day, tzinfo=UTC))


def pipeline(store: Store, *articles: Article) -> Pipeline:
    embedder = FakeEmbedder()
    put(store, *articles)
    index = embed(store, embedder)
    find_origins(store)
    return Pipeline(store, index, embedder, FakeStance())


CLAIM = Query("Averby closes its swimming pool.")


def test_reprints_are_one_origin(store: Store) -> None:
    copies = [article(f"copy-{n}", REPORT, f"Outlet {n}", n) for n in (1, 2, 3)]
    report = pipeline(store, *copies).check(CLAIM)
    assert report.ruling.verdict is Verdict.SUPPORTED
    assert report.ruling.origins.supporting == 1
    assert report.ruling.articles.supporting == 3
    (evidence,) = report.evidence
    assert len(evidence.also_in) == 2
    assert evidence.origin.articles == 3


def test_both_sides_are_disputed_and_the_reason_names_them(store: Store) -> None:
    against = "Averby keeps its pool open [conflicts]. The mayor found money in the road budget."
    report = pipeline(store, article("a", REPORT, "Averby Echo"), article("b", against, "Coast Radio")).check(CLAIM)
    assert report.ruling.verdict is Verdict.DISPUTED
    assert "Averby Echo" in report.ruling.reason
    assert "Coast Radio" in report.ruling.reason


def test_what_is_shown_stands_in_its_article(store: Store) -> None:
    report = pipeline(store, article("a", REPORT, "Averby Echo")).check(CLAIM)
    shown = (*report.evidence, *report.related)
    assert len(shown) == 3
    for evidence in shown:
        hit = evidence.judgement.hit
        assert hit.article.text[hit.sentence.start : hit.sentence.end] == hit.sentence.text
        assert evidence.link is not None
        assert "#:~:text=" in evidence.link


def test_neutral_sentences_support_nothing(store: Store) -> None:
    report = pipeline(store, article("a", "The pool of Averby was built in 1968 by the town.", "Averby Echo")).check(
        CLAIM
    )
    assert report.ruling.verdict is Verdict.NOT_ENOUGH_EVIDENCE
    assert report.evidence == ()
    assert all(e.judgement.stance is Stance.NEUTRAL for e in report.related)


def test_an_empty_corpus_says_so(store: Store) -> None:
    report = pipeline(store).check(CLAIM)
    assert report.ruling.verdict is Verdict.NOT_ENOUGH_EVIDENCE
    assert "No indexed article" in report.ruling.reason
    assert report.coverage.articles == 0


def test_filters_narrow_what_is_searched_and_counted(store: Store) -> None:
    early, late = article("a", REPORT, "Averby Echo", 1), article("b", "Averby keeps its pool [conflicts].", "Radio", 9)
    checker = pipeline(store, early, late)
    report = checker.check(Query(CLAIM.claim, published_from=datetime(2026, 6, 5, tzinfo=UTC)))
    assert report.ruling.verdict is Verdict.REFUTED
    assert report.coverage.articles == 1
    assert checker.check(Query(CLAIM.claim, publishers_exclude=("Radio",))).ruling.verdict is Verdict.SUPPORTED


def test_the_limit_holds(store: Store) -> None:
    report = pipeline(store, article("a", REPORT, "Averby Echo")).check(Query(CLAIM.claim, limit=1))
    assert len(report.evidence) + len(report.related) == 1


def test_an_old_figure_against_a_claim_with_the_new_one_is_excluded(store: Store) -> None:
    old = article("a", "The storm in Averby injured 8 people [conflicts].", "Averby Echo", 1)
    new = article("b", "The storm in Averby injured 11 people, the clinic said [supports].", "Coast Radio", 3)
    checker = pipeline(store, old, new)
    query = Query("The storm in Averby injured 11 people.", include_excluded=True)
    report = checker.check(query)
    assert report.ruling.verdict is Verdict.SUPPORTED
    assert [(entry.hit.article.id, entry.reason) for entry in report.excluded] == [("a", "superseded")]
    assert checker.check(Query(query.claim)).excluded == ()


def test_an_old_figure_is_outdated_not_refuted(store: Store) -> None:
    old = article("a", "The storm in Averby injured 8 people [supports].", "Averby Echo", 1)
    new = article("b", "The storm in Averby injured 11 people, the clinic said [conflicts].", "Coast Radio", 3)
    report = pipeline(store, old, new).check(Query("The storm in Averby injured 8 people."))
    assert report.ruling.verdict is Verdict.OUTDATED
    assert "11" in report.ruling.reason
    assert [point.value for point in report.timeline] == [8, 11]


def test_a_reason_names_the_sentences_that_gave_way(store: Store) -> None:
    ours = article("a", "The town of Averby keeps its pool open this year [supports].", "Averby Echo")
    other = article("b", "Averby shuts the pool of the town [conflicts].", "Coast Radio")
    again = article("c", "The pool of Averby stays open, the council says [supports].", "Orben Post")
    report = pipeline(store, ours, other, again).check(Query("The town of Averby keeps its pool open."))
    assert report.ruling.verdict is Verdict.SUPPORTED
    assert report.ruling.reason.endswith("reads as conflicting gives way, and is listed as related.")
    assert "b" in {e.judgement.hit.article.id for e in report.related}


def test_a_newer_figure_of_the_same_outlet_is_not_outweighed_by_the_old_one(store: Store) -> None:
    old = article("a", "Fixing the Averby pool is going to cost 18 million euros [supports].", "Averby Echo", 1)
    new = article("b", "Repairs to the Averby pool will come to €27 million [conflicts].", "Averby Echo", 3)
    report = pipeline(store, old, new).check(Query("Fixing the Averby pool is going to cost 18 million euros."))
    assert report.ruling.verdict is Verdict.OUTDATED
    assert [point.value for point in report.timeline] == [18_000_000, 27_000_000]


@pytest.mark.parametrize("words", ["instead of", "rather than"])
def test_a_figure_given_up_later_is_outdated_in_other_words_too(store: Store, words: str) -> None:
    old = article("a", "The Averby mill plans to cut 1,150 jobs [supports].", "Averby Echo", 1)
    new = article("b", f"The Averby mill cuts 940 jobs {words} the 1,150 named before [conflicts].", "Coast Radio", 9)
    report = pipeline(store, old, new).check(Query("The Averby mill is shedding 1,150 positions."))
    assert report.ruling.verdict is Verdict.OUTDATED
    assert "940" in report.ruling.reason


def test_a_claim_too_long_for_the_model_is_said_to_be(store: Store) -> None:
    embedder = FakeEmbedder()
    put(store, article("a", REPORT, "Averby Echo"))
    checker = Pipeline(store, embed(store, embedder), embedder, FakeStance(longest_claim=10))
    report = checker.check(CLAIM)
    assert report.ruling.verdict is Verdict.NOT_ENOUGH_EVIDENCE
    assert "shorten it" in report.warnings[0]


def test_a_check_sees_what_was_added_and_not_what_was_removed_before_it(store: Store, url: str) -> None:
    pipe = pipeline(store, article("first", REPORT, "Averby Echo"))
    before = pipe.check(CLAIM)
    # Another process, by its own connection to the same corpus.
    other = Store.open(url)
    put(other, article("second", "Averby keeps its swimming pool open [conflicts].", "Coast Radio"))
    embed(other, FakeEmbedder())
    after = pipe.check(CLAIM)
    assert {e.judgement.hit.article.id for e in after.evidence} == {"first", "second"}
    assert after.ruling.verdict is Verdict.DISPUTED
    with other.writing() as connection:
        other.remove(connection, ["first"])
    last = pipe.check(CLAIM)
    other.close()
    assert {e.judgement.hit.article.id for e in last.evidence} == {"second"}
    assert len({report.index_version for report in (before, after, last)}) == 3
    assert (before.coverage.articles, after.coverage.articles, last.coverage.articles) == (1, 2, 1)


def test_a_publisher_by_which_there_is_nothing_is_named(store: Store) -> None:
    checked = pipeline(store, article("a", "The crane fell on Monday.", "Orben Post"))
    assert not checked.check(Query("The crane fell.", publishers_exclude=("Orben Post",))).warnings
    (warning,) = checked.check(Query("The crane fell.", publishers_exclude=("orben post", "Orben Post"))).warnings
    assert "'orben post'" in warning
