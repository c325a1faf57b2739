from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.checking.hedges import Hedge
from service.checking.quantities import extract

PIECES = st.sampled_from(
    ["12", "3.5", "1,200", "two dozen", "half of", "at least", "about", "$", "bn", "km", "%", "-", " to ", "people",
     "killed", "May", "first", "one", "a hundred", "é", "𝟙", "١٢", "²", "\u200f", "\x00", "🙂", ",", ".", "\n", "'s"]
)  # fmt: skip


def only(text):
    (quantity,) = [quantity for quantity in extract(text) if not quantity.is_ordinal]
    return quantity


@pytest.mark.parametrize(
    ("text", "words", "value", "unit"),
    [
        ("Sixty sheep were sold.", "Sixty", 60, "sheep"),
        ("It sold 1,204,500 tickets.", "1,204,500", 1_204_500, "tickets"),
        ("They own two dozen boats.", "two dozen", 24, "boats"),
        ("There were a hundred goats.", "a hundred", 100, "goats"),
        ("Twenty-five thousand doses came.", "Twenty-five thousand", 25_000, "doses"),
        ("Two hundred and six delegates came.", "Two hundred and six", 206, "delegates"),
        ("It lost $3bn.", "$3bn", 3e9, "US dollars"),
        ("It lost 2.5 million euros.", "2.5 million euros", 2.5e6, "euros"),
        ("Prices rose twelve percent.", "twelve percent", 12, "percent"),
        ("Prices rose 12%.", "12%", 12, "percent"),
        ("Rates rose by 3 percentage points.", "3 percentage points", 3, "percentage points"),
        ("Half of the crowd left.", "Half", 50, "percent"),
        ("It drove at 120 km/h.", "120 km/h", 120, "kilometers per hour"),
        ("The blaze killed nine cooks.", "nine", 9, "deaths"),
        ("Nine cooks were wounded.", "Nine", 9, "injuries"),
        ("Police took nine cooks into custody.", "nine", 9, "arrests"),
        ("The blaze claimed at least 33 lives.", "at least 33", 33, "deaths"),
        ("It was a two-year deal.", "two-year", 2, "years"),
    ],
)
def test_reads_number_and_unit(text, words, value, unit):
    quantity = only(text)
    assert (quantity.text, quantity.value, quantity.unit_name) == (words, value, unit)


@pytest.mark.parametrize(
    ("text", "hedge", "low", "high", "inside", "outside"),
    [
        ("at least 80 cows", Hedge.AT_LEAST, 80, math.inf, 80, 79),
        ("more than 80 cows", Hedge.MORE_THAN, 80, math.inf, 81, 79),
        ("no fewer than 80 cows", Hedge.AT_LEAST, 80, math.inf, 80, 79),
        ("up to 80 cows", Hedge.AT_MOST, -math.inf, 80, 80, 81),
        ("fewer than 80 cows", Hedge.LESS_THAN, -math.inf, 80, 79, 81),
        ("nearly 50 cows", Hedge.NEARLY, 45, 50, 46, 51),
        ("about 80 cows", Hedge.ABOUT, 75, 85, 84, 90),
        ("10 to 15 cows", Hedge.RANGE, 10, 15, 12, 16),
        ("between 10 and 15 cows", Hedge.RANGE, 10, 15, 12, 9),
        ("20-30 cows", Hedge.RANGE, 20, 30, 25, 31),
    ],
)
def test_hedges_are_intervals(text, hedge, low, high, inside, outside):
    quantity = only(text)
    assert quantity.hedge is hedge
    assert (quantity.interval.low, quantity.interval.high) == (low, high)
    assert quantity.interval.low <= inside <= quantity.interval.high
    assert not quantity.interval.low <= outside <= quantity.interval.high


def test_strict_hedges_leave_their_end_out():
    assert only("more than 80 cows").interval.low_open
    assert only("fewer than 80 cows").interval.high_open
    assert not only("at least 80 cows").interval.low_open


@pytest.mark.parametrize(
    "text",
    [
        "A Boeing 737 landed.", "The G7 met.", "COVID-19 spread.", "Article 5 applies.", "A 45-year-old man spoke.",
        "She left at 10:30.", "It starts at 9 a.m.", "Call 555-0123.", "Call +44 20 7946 0000.", "It ended 3-1.",
        "It happened in 2017.", "It opened on March 22, 2024.", "One of the sources agreed.", "No one came.",
        "Anna Berg, 45, spoke.", "See No. 10.",
    ],
)  # fmt: skip
def test_names_ages_times_and_dates_count_nothing(text):
    assert extract(text) == ()


def test_ordinals_are_a_kind_of_their_own():
    (quantity,) = extract("The 22nd runner fell.")
    assert quantity.is_ordinal
    assert quantity.value == 22


def test_each_casualty_figure_has_its_own_role():
    found = [(q.value, q.role) for q in extract("The crash killed four people and wounded 22, and 9 were arrested.")]
    assert found == [(4, "deaths"), (22, "injuries"), (9, "arrests")]


def test_value_for_the_contract_keeps_words_and_offsets():
    value = only("Fire killed at least 144 people.").to_value()
    assert (value.text, value.value, value.unit, value.start, value.end) == ("at least 144", 144, "deaths", 12, 24)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=30).map(" ".join), st.lists(PIECES).map("".join)))
def test_offsets_are_exact_and_in_order_for_any_text(text):
    end = 0
    for quantity in extract(text):
        assert text[quantity.start : quantity.end] == quantity.text != ""
        assert quantity.start >= end
        end = quantity.end


@pytest.mark.parametrize(
    "piece", ["9", "1,", "one ", "two hundred and ", "at least ", "1-", "$", "killed ", "from 1 to 2 ", "A", "( ", "٣"]
)
def test_hostile_length_is_done_and_offsets_are_exact(piece):
    """Quadratic work would take minutes here, which the hang guard in pyproject.toml ends."""
    text = (piece * 50_000)[:50_000]
    assert all(text[found.start : found.end] == found.text for found in extract(text))


def test_a_share_is_of_the_noun_behind_a_name():
    assert only("More than half of the Tarn Bridge bolts are loose.").noun.stem == "bolt"
    assert only("Half of Lindow stayed away.").noun.text == "lindow"


@pytest.mark.parametrize(
    ("text", "percent", "noun"),
    [
        ("Nine in ten bus drivers joined the strike.", 90, "drivers"),
        ("Roughly two out of five weekend samples held bacteria.", 40, "samples"),
        ("One in 25 of the pupils stayed at home.", 4, "pupils"),
        ("Up to three in every four homes are rented.", 75, "homes"),
    ],
)
def test_so_many_in_so_many_are_a_share(text, percent, noun):
    share = only(text)
    assert (share.value, share.dimension, share.noun.text) == (percent, "percent", noun)


def test_a_share_in_words_is_hedged_and_loose():
    share = only("Roughly two out of five weekend samples held bacteria.")
    assert (share.text, share.interval.low, share.interval.high) == ("Roughly two out of five", 37, 43)
    assert only("More than one in 25 pupils stayed at home.").interval.low_open


@pytest.mark.parametrize(
    "text", ["It flooded two in 24 hours.", "Gales killed two in three towns.", "She won five in 2024.", "Ten in two."]
)
def test_other_counts_in_something_are_no_share(text):
    assert all(found.dimension != "percent" for found in extract(text))


def test_share_of_a_total_takes_its_noun():
    share, total = extract("Sixteen of the 20 sailors were rescued.")
    assert (share.value, share.role, share.noun) == (16, "rescues", total.noun)
    assert total.role is None


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("The toll rose by three to 45.", [3, 45]),
        ("Oil fell $3 to $80 a barrel.", [3, 80]),
        ("Prices fell 5 to 20 percent.", [12.5]),
        ("It takes 10 to 45 days.", [27.5]),
        ("Half a dozen men were held.", [6]),
        ("It was a $1.2-billion deal.", [1.2e9]),
        ("Some 3m people fled.", [3e6]),
        ("It has 1.2m workers.", [1.2e6]),
        ("She won over 400m hurdles.", [400]),
        ("The rate rose by a quarter of a percentage point.", [0.25]),
        ("A quarter of the pupils were ill.", [25]),
    ],
)
def test_figures_as_the_press_writes_them(text, values):
    assert [quantity.value for quantity in extract(text)] == pytest.approx(values)
