"""A text as search terms: two ways to say one thing share a term, and no term can be syntax."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.language.terms import STOP_WORDS, terms


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("Seventeen people fell ill.", "The clinic treated 17.", "number_17"),
        ("They voted in September.", "The Sept. vote stands.", "name_september"),
        ("The U.N. sent a note.", "The United Nations wrote.", "name_united_nations"),
        ("The barges were burning.", "One barge burned.", "burn"),
        ("It cost 1,200 marks.", "It cost twelve hundred marks.", "number_1200"),
        ("ISIS-K said so.", "Islamic State said so.", "name_islamic_state"),
    ],
)
def test_two_ways_to_say_it_share_a_term(one: str, other: str, shared: str) -> None:
    assert shared in set(terms(one)) & set(terms(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [("Seventeen sheep", "Seventy sheep"), ("It is who said it", "The WHO said it"), ("3.5 tonnes", "35 tonnes")],
)
def test_what_is_not_the_same_does_not_have_the_same_terms(one: str, other: str) -> None:
    assert set(terms(one)) != set(terms(other))


def test_words_that_most_sentences_hold_are_no_terms() -> None:
    assert terms("It was not that they could have been there.") == []
    assert all(word == word.lower() for word in STOP_WORDS)


def test_terms_come_in_order_with_repeats() -> None:
    assert terms("Rope, rope and more rope on a barge") == ["rope", "rope", "rope", "barg"]


@given(st.text(max_size=300))
def test_a_term_is_letters_digits_and_underscores(text: str) -> None:
    found = terms(text)
    assert all(re.fullmatch(r"[\w\u0307]+", term) for term in found)  # "İ" in lower case is two code points
    assert terms(text) == found
