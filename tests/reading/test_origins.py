"""Origins: which sentences come from the same report, measured on invented stories in `cases_origins`."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.domain import Article, Sentence
from service.reading.articles import article_from_text
from service.reading.credits import Reach, find_credits, marks_own_reporting, outlet_key
from service.reading.origins import Grouping, PassageSource, group
from service.reading.sentences import split
from service.reading.shingles import fingerprint, pairs_sharing, shingles, words

CASES = Path(__file__).parent / "cases_origins"


@dataclass(frozen=True)
class Case:
    """The articles of one or more case files and the gold label of every sentence id."""

    sources: tuple[PassageSource, ...]
    gold: dict[int, str]


def load(pattern: str) -> Case:
    sources, gold = [], {}
    for path in sorted(CASES.glob(pattern)):
        for block in path.read_text(encoding="utf-8").split("=== ")[1:]:
            head, *lines = block.strip().splitlines()
            key, publisher, stamp, title = (part.strip() for part in head.split("|", 3))
            labelled = [line.split(": ", 1) for line in lines]
            sentences = []
            for label, text in labelled:
                number = len(gold)
                owner = key if label == "own" else label
                gold[number] = owner if "-" in owner else f"{path.stem} {owner}"
                start = sum(len(s.text) + 1 for s in sentences)
                sentences.append(Sentence(number, key, len(sentences), start, start + len(text), text))
            body = " ".join(text for _, text in labelled)
            published = datetime.fromisoformat(stamp).replace(tzinfo=UTC)
            sources.append(
                PassageSource(Article(key, title, body, publisher, published_at=published), tuple(sentences))
            )
    return Case(tuple(sources), gold)


def pairwise(found: dict, gold: dict) -> tuple[float, float]:
    """Return precision and recall over the pairs put together."""
    pairs = [(a, b) for a, b in itertools.combinations(sorted(gold), 2)]
    both = sum(found[a] == found[b] and gold[a] == gold[b] for a, b in pairs)
    return (
        both / max(1, sum(found[a] == found[b] for a, b in pairs)),
        both / max(1, sum(gold[a] == gold[b] for a, b in pairs)),
    )


def of_sentences(case: Case, grouping: Grouping) -> dict[int, str]:
    return {number: grouping.report_of(number).id for number in case.gold}


def memberships(case: Case, labels: dict[int, str]) -> dict[str, set[tuple[str, str]]]:
    """Return the pairs of articles that share an origin, by origin."""
    carriers: dict[str, set[str]] = {}
    for source in case.sources:
        for sentence in source.sentences:
            carriers.setdefault(labels[sentence.id], set()).add(source.article.id)
    return {label: set(itertools.combinations(sorted(ids), 2)) for label, ids in carriers.items()}


def article_scores(case: Case, found: dict[int, str]) -> tuple[float, float]:
    """Return precision and recall of "these two articles carry one report in common"."""
    ours = set().union(*memberships(case, found).values())
    gold = set().union(*memberships(case, case.gold).values())
    return len(ours & gold) / max(1, len(ours)), len(ours & gold) / max(1, len(gold))


@pytest.mark.parametrize("pattern", ["dev_*.txt", "held_*.txt", "*.txt"])
def test_grouping_is_precise_and_complete(pattern):
    case = load(pattern)
    found = of_sentences(case, group(case.sources))
    scores = {"sentences": pairwise(found, case.gold), "articles": article_scores(case, found)}
    assert all(value >= 0.95 for pair in scores.values() for value in pair), scores


def test_the_order_of_the_articles_changes_nothing():
    case = load("*.txt")
    shuffled = list(case.sources)
    random.Random(5).shuffle(shuffled)
    assert group(shuffled) == group(case.sources)


def test_wire_copy_carries_its_name_its_copies_and_their_shares():
    case = load("dev_ferry.txt")
    grouping = group(case.sources)
    wire = grouping.report_of(0)
    assert wire.name == "Reuters"
    assert [member.article_id for member in wire.members] == ["ferry-1", "ferry-2", "ferry-3", "ferry-4"]
    assert wire.members[0].copied_share == 1.0
    last = case.sources[3]
    lengths = [len(words(sentence.text)) for sentence in last.sentences]
    assert wire.members[3].copied_share == pytest.approx(sum(lengths[:3]) / sum(lengths))
    addition = grouping.origin_of(last.sentences[-1].id)
    assert (addition.name, addition.articles, addition.copied_share) == ("Lorn Star", 1, 0.0)


def test_two_reports_of_one_agency_are_two_origins():
    grouping = group(load("dev_same_agency.txt").sources)
    assert sorted(report.name for report in grouping.reports).count("Reuters") == 2


def test_a_cosine_joins_what_words_alone_do_not():
    texts = [
        "The tanker Oriel sank off the cape after midnight, Reuters reported.",
        "All hands reached the shore in two rafts.",
        "The tanker Oriel sank off the cape after midnight, according to Reuters.",
        "The crew landed safely aboard a pair of rafts.",
        "Our angling column returns on Sunday with news of pike.",
    ]
    lines = [Sentence(n, "ab"[n > 1], n - 2 * (n > 1), 0, len(text), text) for n, text in enumerate(texts)]
    sources = [
        PassageSource(Article("a", "a", "", "Cape Argus"), tuple(lines[:2])),
        PassageSource(Article("b", "b", "", "Inland Argus"), tuple(lines[2:])),
    ]
    alone = group(sources)
    helped = group(sources, similar=lambda a, b: 0.9 if {a, b} == {1, 3} else 0.1)
    assert alone.report_of(3).name == "Inland Argus"
    assert helped.report_of(3) == helped.report_of(0)
    assert helped.report_of(4).name == "Inland Argus"


def test_nothing_and_empty_articles_are_grouped():
    assert group([]).reports == ()
    sources = [PassageSource(Article("e", "", ""), ()), PassageSource(Article("f", "Title", "Hm."), (Sentence(
        1, "f", 0, 0, 3, "Hm."),))]  # fmt: skip
    assert group(sources).report_of(1).name == "Title"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The dam holds, according to Reuters.", ["Reuters"]),
        ("Reuters quoted a source as saying the dam holds.", ["Reuters"]),
        ("A senior official told Reuters that the dam holds.", ["Reuters"]),
        ("When asked by Reuters, the owner said the dam holds.", ["Reuters"]),
        ("ORUN, May 2 (AP) - The dam holds.", ["AP"]),
        ("Source: Reuters, citing sources", ["Reuters"]),
        ("She told the BBC that the dam holds.", ["BBC"]),
        ("The dam holds, the Agence France-Presse reported.", ["AFP"]),
        ("He said so in an interview with the Orun Gazette.", ["Orun Gazette"]),
        ("On Monday Bloomberg reported that the dam holds.", ["Bloomberg"]),
        ("With inputs from PTI", ["PTI"]),
        ("Photo: Reuters", []),
        ("Image source: Reuters", []),
        ("According to Mr Smith, the dam holds.", []),
        ("According to the ministry, the dam holds.", []),
        ("The dam holds, according to the Environment Agency.", []),
        ("He ran an AP class and posted his thanks to Bloomberg.", []),
    ],
)
def test_credits_are_the_outlets_that_the_text_relies_on(text, names):
    found = find_credits(text)
    assert [credit.name for credit in found] == names
    assert all(text[credit.span.start : credit.span.end].strip() for credit in found)


def test_a_dateline_speaks_for_the_article_and_a_phrase_for_its_passage():
    assert find_credits("ORUN (Reuters) - Rain fell.")[0].reach is Reach.WHOLE
    assert find_credits("Source: Reuters")[0].reach is Reach.SHARED
    assert find_credits("Rain fell, Reuters reported.")[0].reach is Reach.PASSAGE


def test_a_publisher_in_the_set_is_an_outlet_however_it_is_named():
    assert find_credits("Rain fell, Region24 reported.") == ()
    assert find_credits("Rain fell, Region24 reported.", {outlet_key("Region24")})[0].name == "Region24"


def test_own_reporting_is_marked():
    assert marks_own_reporting("She told this newspaper that rain fell.")
    assert not marks_own_reporting("She told Reuters that rain fell.")


def test_fingerprints_share_a_hash_for_eight_words_in_a_row_and_none_for_other_texts():
    run = "seven grey geese crossed the frozen lake twice"
    one = fingerprint(f"At dawn, before the school bus came, {run} and then slept.")
    other = fingerprint(f"Nobody believed the keeper when he wrote that {run} in one night.")
    assert one.shared(other) >= 1
    assert one.shared(fingerprint("A loan was agreed by both houses after a long and bitter debate on costs.")) == 0
    assert fingerprint("").hashes == frozenset()


def test_shingle_hashes_do_not_change_from_run_to_run():
    assert shingles(["a", "b", "c"], width=2) == shingles(["x", "a", "b", "c"], width=2)[1:]
    assert shingles("rain fell on the hill".split()) == [587442569912667861]


def test_a_crowd_that_shares_a_feature_hangs_together_at_linear_cost():
    pairs = pairs_sharing([[1] for _ in range(1000)], at_least=1)
    assert len(pairs) < 8 * 1000
    reached = {0}
    for a, b in sorted(pairs):
        if a in reached:
            reached.add(b)
    assert len(reached) == 1000


SEEDS = Path(__file__).parents[2].parent / "shared" / "seeds"


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the real pages are not in this checkout's ../shared/seeds")
def test_the_real_pages_are_rewrites_of_one_report():
    sources, number = [], 0
    for path in sorted(SEEDS.glob("*.txt")):
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if len(line.split()) > 1]
        sentences = []
        for line in lines:
            sentences.append(Sentence(number, path.name, len(sentences), 0, len(line), line))
            number += 1
        sources.append(PassageSource(Article(path.name, path.name, "", path.name), tuple(sentences)))
    wires = [report for report in group(sources).reports if report.name == "Reuters"]
    assert len(wires) == 1
    assert len(wires[0].members) == len(sources)


def read_all(*texts: tuple[str, str]) -> tuple[Grouping, list[PassageSource]]:
    """Read (publisher, text) pairs the way that files are read, and group them."""
    sources, number = [], itertools.count()
    for publisher, text in texts:
        article = article_from_text(publisher, text, publisher=publisher)
        found = [
            Sentence(next(number), article.id, place, span.start, span.end, article.text[span.start : span.end])
            for place, span in enumerate(split(article.text))
        ]
        sources.append(PassageSource(article, tuple(found)))
    return group(sources), sources


@pytest.mark.parametrize(
    ("opening", "closing", "wire"),
    [
        ("HARL, May 3 (Reuters) - ", "", "Reuters"),
        ("By Reuters\n\n", "", "Reuters"),
        ("", "\n\n(AP)", "AP"),
    ],
)
def test_a_wire_named_outside_the_sentences_is_the_origin(opening, closing, wire):
    told = "The mine at Harl will close in June, its owner told staff on Tuesday. Some 300 people work in the pits."
    grouping, (source,) = read_all(("Harl Eye", f"Mine closes in Harl\n\n{opening}{told}{closing}"))
    assert [sentence.text[:8] for sentence in source.sentences] == ["The mine", "Some 300"]
    assert {grouping.report_of(sentence.id).name for sentence in source.sentences} == {wire}


def test_figures_and_names_that_no_other_copy_has_are_the_outlets_own():
    wire = (
        "Gunmen stormed the Elm market on Friday and shot at shoppers, Reuters reported. The ministry said 41 people "
        "died in the attack on the market. The Grey Legion said its men had attacked the market."
    )
    longer = (
        "Gunmen shot at shoppers at the Elm market on Friday, according to Reuters. At least 41 people died in the "
        "market attack, the ministry said. Soldiers detained 17 people over the attack on the market. "
        "The Grey Legion said it had attacked the market."
    )
    grouping, (_, source) = read_all(("Harl Eye", wire), ("Orun Star", longer))
    assert [grouping.report_of(sentence.id).name for sentence in source.sentences[:2]] == ["Reuters", "Reuters"]
    named = longer.replace("Soldiers detained 17 people", "Singer Ola Brandt and Mika Sund saw")
    grouping, (_, source) = read_all(("Harl Eye", wire), ("Orun Star", named))
    assert [grouping.report_of(sentence.id).name for sentence in source.sentences] == [
        "Reuters", "Reuters", "Orun Star", "Reuters",
    ]  # fmt: skip
