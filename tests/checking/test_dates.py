from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.checking.dates import Granularity, dates_agree, extract_dates

PUBLISHED = datetime(2024, 4, 2, 9, tzinfo=UTC)  # a Tuesday
PIECES = st.sampled_from(
    ["May", "March", "22", "22nd", "2024", ",", ".", "on Friday", "last", "month", "two weeks ago", "late", "-", "31",
     "February", "in", "yesterday", "Mar.", "0000", "2199", "é", "🙂"]
)  # fmt: skip


def only(text, published_at=PUBLISHED):
    (mention,) = extract_dates(text, published_at)
    return mention


@pytest.mark.parametrize(
    ("text", "words", "earliest", "latest", "granularity"),
    [
        ("It fell on March 22, 2021.", "March 22, 2021", date(2021, 3, 22), date(2021, 3, 22), Granularity.DAY),
        ("It fell on 22 March 2021.", "22 March 2021", date(2021, 3, 22), date(2021, 3, 22), Granularity.DAY),
        ("It fell on Mar. 22nd.", "Mar. 22nd", date(2024, 3, 22), date(2024, 3, 22), Granularity.DAY),
        ("It fell on December 3rd.", "December 3rd", date(2023, 12, 3), date(2023, 12, 3), Granularity.DAY),
        ("It fell in January.", "January", date(2024, 1, 1), date(2024, 1, 31), Granularity.MONTH),
        ("It fell in 2017.", "2017", date(2017, 1, 1), date(2017, 12, 31), Granularity.YEAR),
        ("It may fall as early as 2026.", "2026", date(2026, 1, 1), date(2026, 12, 31), Granularity.YEAR),
        ("It fell in late 2014.", "late 2014", date(2014, 9, 1), date(2014, 12, 31), Granularity.YEAR),
        ("It fell on Friday.", "Friday", date(2024, 3, 29), date(2024, 3, 29), Granularity.DAY),
        ("It fell last month.", "last month", date(2024, 3, 1), date(2024, 3, 31), Granularity.MONTH),
        ("It fell last year.", "last year", date(2023, 1, 1), date(2023, 12, 31), Granularity.YEAR),
        ("It fell yesterday.", "yesterday", date(2024, 4, 1), date(2024, 4, 1), Granularity.DAY),
        ("It fell two weeks ago.", "two weeks ago", date(2024, 3, 15), date(2024, 3, 23), Granularity.WEEK),
        ("It fell on 2024-02-29.", "2024-02-29", date(2024, 2, 29), date(2024, 2, 29), Granularity.DAY),
        ("It fell on 22/03/2021.", "22/03/2021", date(2021, 3, 22), date(2021, 3, 22), Granularity.DAY),
        ("It fell on 3/22/2021.", "3/22/2021", date(2021, 3, 22), date(2021, 3, 22), Granularity.DAY),
        ("It fell on 2/3/2021.", "2/3/2021", date(2021, 1, 1), date(2021, 12, 31), Granularity.YEAR),
        ("It fell in the 2017 storms.", "2017", date(2017, 1, 1), date(2017, 12, 31), Granularity.YEAR),
        ("It fell in the 1990s.", "1990s", date(1990, 1, 1), date(1999, 12, 31), Granularity.YEAR),
    ],
)
def test_resolves_dates(text, words, earliest, latest, granularity):
    mention = only(text)
    assert (mention.text, mention.earliest, mention.latest) == (words, earliest, latest)
    assert mention.granularity is granularity


@pytest.mark.parametrize("text", ["It fell last month.", "It fell yesterday.", "It fell on Friday.", "It fell in May."])
def test_nothing_is_resolved_without_publication(text):
    mention = only(text, None)
    assert not mention.is_resolved
    assert mention.to_value().value == mention.text


@pytest.mark.parametrize(
    "text",
    [
        "It may rain.", "They March on Rome.", "May Jones spoke.", "Black Friday sales fell.", "Friday Night aired.",
        "April Smith won.", "It sold 2,017 cars.", "February 31 is no day.",
    ],
)  # fmt: skip
def test_verbs_names_and_counts_are_no_dates(text):
    assert [mention for mention in extract_dates(text, PUBLISHED) if mention.day is not None or mention.weekday] == []


def test_impossible_day_is_not_resolved_to_a_day():
    assert all(mention.day is None for mention in extract_dates("on February 30, 2024", PUBLISHED))


@pytest.mark.parametrize(
    ("claim", "evidence", "expected"),
    [
        ("on 22 March 2024", "on March 22", True),
        ("in March", "on March 22", True),
        ("in March", "in late October", False),
        ("on Friday", "on Monday", False),
        ("on Friday", "on 29 March 2024", True),
        ("on Monday", "on 29 March 2024", False),
        ("in 2014", "in late 2014", True),
        ("in March", "in 2014", None),
    ],
)
def test_dates_meet_only_in_what_is_known(claim, evidence, expected):
    assert dates_agree(only(claim, None), only(evidence, None)) is expected


def test_publication_decides_relative_evidence():
    claim = only("on 4 May 2023", None)
    assert dates_agree(claim, only("yesterday", datetime(2023, 5, 5, tzinfo=UTC))) is True
    assert dates_agree(claim, only("yesterday", datetime(2023, 6, 5, tzinfo=UTC))) is False
    assert dates_agree(claim, only("yesterday", None)) is None


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.text(max_size=150), st.lists(PIECES, max_size=20).map(" ".join)),
    st.one_of(st.none(), st.datetimes(timezones=st.just(UTC))),
)
def test_offsets_are_exact_for_any_text_and_publication(text, published_at):
    end = 0
    for mention in extract_dates(text, published_at):
        assert text[mention.start : mention.end] == mention.text != ""
        assert mention.start >= end
        assert (mention.earliest is None) == (mention.latest is None)
        if mention.earliest and mention.latest:
            assert mention.earliest <= mention.latest
        end = mention.end


@pytest.mark.parametrize(
    ("text", "words", "part"),
    [
        ("It fell on the evening of 22 March.", "evening of 22 March", "evening"),
        ("It fell on Friday night.", "Friday night", "evening"),
        ("It fell on the morning of March 22, 2021.", "morning of March 22, 2021", "morning"),
        ("It fell on March 22.", "March 22", None),
    ],
)
def test_the_part_of_a_day_is_read(text, words, part):
    mention = only(text)
    assert (mention.text, mention.part) == (words, part)
    assert text[mention.start : mention.end] == words


def test_two_parts_of_one_day_do_not_agree():
    morning, evening, day = (only(f"It fell on {when}22 March.") for when in ("the morning of ", "the night of ", ""))
    assert dates_agree(morning, evening) is False
    assert dates_agree(morning, day) and dates_agree(day, evening)


@pytest.mark.parametrize("text", ["It took 1/2/3 turns.", "Version 22.03.2.", "It was 31/31/2021.", "1/2", "22.03."])
def test_other_rows_of_numbers_are_no_days(text):
    assert all(mention.day is None for mention in extract_dates(text, PUBLISHED))


@pytest.mark.parametrize(
    ("text", "earliest"),
    [
        ("The court will rule on Sunday.", date(2024, 4, 7)),
        ("The trial is due to begin on Monday.", date(2024, 4, 8)),
        ("The hearing was set for Tuesday.", date(2024, 4, 9)),
        ("The vote will be held in November.", date(2024, 11, 1)),
        ("The bridge is scheduled to open on October 3.", date(2024, 10, 3)),
        ("The court said on Sunday that it will rule soon.", date(2024, 3, 31)),
        ("The mill will stay shut, as it has since November.", date(2023, 11, 1)),
        ("The vote was held in November.", date(2023, 11, 1)),
    ],
)
def test_a_date_that_is_still_to_come_lies_ahead(text, earliest):
    assert only(text).earliest == earliest


def test_more_than_so_many_years_ago_is_of_no_year():
    assert only("The mill closed more than 20 years ago.").earliest is None
