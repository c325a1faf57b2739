"""Near-identical sentences are one to judge; a name, a number or a negation keeps two apart."""

from __future__ import annotations

import pytest

from service.checking.folding import SAME, Group, fold, signature
from service.domain import Article, Context, Hit, Sentence

_ALONE = Context("", "")


def hit(text: str, number: int) -> Hit:
    return Hit(Sentence(number, f"a{number}", 0, 0, len(text), text), Article(f"a{number}", "T", text), _ALONE, 0.5)


def hits(*texts: str) -> list[Hit]:
    return [hit(text, number) for number, text in enumerate(texts)]


def alike(_one: Hit, _other: Hit) -> float:
    return 1.0


def unlike(_one: Hit, _other: Hit) -> float:
    return SAME - 0.001


def test_the_best_of_near_identical_ones_is_judged() -> None:
    found = hits("The old mill burned down.", "The old mill burned down on the hill.", "Crews came late.")
    same = {frozenset({0, 1})}

    def cosine(one: Hit, other: Hit) -> float:
        return SAME if frozenset({one.sentence.id, other.sentence.id}) in same else 0.2

    groups = fold(found, cosine, 10)
    assert groups == [Group(found[0], (found[1],)), Group(found[2])]
    assert groups[0].hits == (found[0], found[1])


def test_what_is_not_near_enough_stands_alone() -> None:
    groups = fold(hits("The old mill burned down.", "The old mill burned down."), unlike, 10)
    assert len(groups) == 2


def test_the_limit_counts_groups_and_the_rest_is_left_out() -> None:
    found = hits("The mill burned 1 time.", "The mill burned 2 times.", "The mill burned 3 times.", "So 1 mill burned.")
    groups = fold(found, alike, 2)
    # The fourth is near the first, so it is folded although no group is free; the third has nowhere to go.
    assert [group.hits for group in groups] == [(found[0], found[3]), (found[1],)]


def test_no_hit_is_in_two_groups() -> None:
    found = hits(*(f"Line {n % 4} of the paper." for n in range(12)))
    groups = fold(found, alike, 3)
    assert sorted(h.sentence.id for g in groups for h in g.hits) == [0, 1, 2, 4, 5, 6, 8, 9, 10]


APART = [
    ("The count of missing sheep rose to 41.", "The count of missing sheep rose to 14."),
    ("He paid 3.5 marks for it.", "He paid 35 marks for it."),
    ("At noon the ferry left for Ostby.", "At noon the ferry left for Westby."),
    ("The vote was held on Monday.", "The vote was held on Tuesday."),
    ("The gate was open that night.", "The gate was not open that night."),
    ("The gate wasn't open that night.", "The gate was open that night."),
    ("The firm said it paid the fine.", "The firm denied it paid the fine."),
    ("Nearly thirty pupils fell ill.", "Nearly forty pupils fell ill."),
    ("The bridge will open in May.", "The bridge will never open in May."),
]
ALSO_APART = [
    pytest.param("Ostby denied the charge.", "Westby denied the charge.", id="a name at the start"),
    pytest.param("Seventeen pupils fell ill.", "Eighteen pupils fell ill.", id="a number word from thirteen up"),
    pytest.param("The first barge sank there.", "The second barge sank there.", id="an ordinal"),
    pytest.param("It fell to Mr. Hale to explain.", "It fell to Mr. Dunn to explain.", id="a name after a title"),
    pytest.param("The ship made for Åsund.", "The ship made for Örvik.", id="a name with an accented capital"),
    pytest.param("He said Ostby attacked Westby.", "He said Westby attacked Ostby.", id="names that change places"),
    pytest.param("Some 3 of 5 boats sank.", "Some 5 of 3 boats sank.", id="numbers that change places"),
    pytest.param("The plan can go ahead.", "The plan cannot go ahead.", id="cannot"),
    pytest.param("It was a likely cause.", "It was an unlikely cause.", id="a negating prefix"),
    pytest.param("The port lost 1.2m marks.", "The port lost 1.2bn marks.", id="a magnitude behind the digits"),
]


@pytest.mark.parametrize(("one", "other"), APART)
def test_a_name_a_number_a_date_or_a_negation_keeps_two_apart(one: str, other: str) -> None:
    groups = fold(hits(one, other), alike, 10)
    assert len(groups) == 2


@pytest.mark.parametrize(("one", "other"), ALSO_APART)
def test_so_does(one: str, other: str) -> None:
    groups = fold(hits(one, other), alike, 10)
    assert len(groups) == 2


def test_small_words_and_punctuation_are_no_difference() -> None:
    assert signature("The mill, he said, burned.") == signature("That mill burned, he said - at dawn.")
