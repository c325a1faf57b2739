"""What an editor would call the same figure or another one, where a first reading goes wrong."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from service.checking.differences import Comparison, compare
from service.domain import Relation


def outcome(claim: str, evidence: str, context: str = "", article: str = "") -> str:
    found: Comparison = compare(claim, evidence, None, context, article)
    if any(difference.relation is Relation.SUPERSEDED for difference in found.differences):
        return "superseded"
    if found.differences:
        return "differs"
    return "agrees" if found.agreements and not found.unmatched_claim else "neither"


@pytest.mark.parametrize(
    ("claim", "evidence", "expected"),
    [
        # "Nearly" stops short of the number that "over" starts from, which is too little to call a conflict.
        ("More than 100 goats died.", "The flood killed nearly 100 goats.", "neither"),
        ("A dozen goats were stolen.", "Thieves stole 11 goats.", "agrees"),
        ("A dozen goats were stolen.", "Thieves stole 31 goats.", "differs"),
        ("Two and a half million pilgrims came.", "2.5 million pilgrims came.", "agrees"),
        ("A quarter of a million pilgrims came.", "Some 250,000 pilgrims came.", "agrees"),
        ("Turnout was 62 percent.", "Turnout reached 48 percent.", "differs"),
        ("Rents fell 3%.", "Rents rose 3%.", "neither"),
        ("Rents fell to 300 euros.", "Rents rose to 400 euros from 350 euros.", "neither"),
    ],
)
def test_words_that_qualify_a_figure(claim, evidence, expected):
    assert outcome(claim, evidence) == expected


@pytest.mark.parametrize(
    ("claim", "evidence", "expected"),
    [
        ("The Orun mill employs 400 people.", "The company employs 9,000 people.", "neither"),
        (
            "The firm paid a fine of $3 billion.",
            "The firm, which made $9 billion last year, paid a fine of $3 billion.",
            "agrees",
        ),
        (
            "The firm paid a fine of $9 billion.",
            "The firm, which made $9 billion last year, paid a fine of $3 billion.",
            "differs",
        ),
        ("The slide killed 12 people in Harl.", "The slide killed 30 people in Harl and 12 in Orun.", "differs"),
        ("The slide killed 12 people in Orun.", "The slide killed 30 people in Harl and 12 in Orun.", "agrees"),
        ("The slide killed 42 people.", "The slide killed 30 people in Harl and 12 in Orun.", "neither"),
        ("Nine people died, including two girls.", "Nine people, two of them girls, died.", "agrees"),
        ("Five people died.", "Nine people, two of them girls, died.", "differs"),
    ],
)
def test_whose_figure_it_is(claim, evidence, expected):
    assert outcome(claim, evidence) == expected


@pytest.mark.parametrize(
    ("claim", "evidence", "expected"),
    [
        ("The weir broke on March 22.", "The weir broke on the evening of 22 March.", "agrees"),
        ("The weir broke on March 23.", "The weir broke on the evening of 22 March.", "differs"),
        ("The sect arose in early 2014.", "The sect arose in western Morland in late 2014.", "differs"),
        ("The mill opened in the late 1950s.", "The mill opened in 1958.", "agrees"),
        ("The mill opened in the late 1950s.", "The mill opened in 1952.", "differs"),
        ("The mill ran until 1949.", "The mill ran in the 1880s.", "neither"),
        ("The mill has run since 1949.", "The mill has run since 1880.", "differs"),
        ("The mill opened in the late 1950's.", "The mill opened in 1958.", "agrees"),
        ("The fair ran on May 19-28, 2020.", "The fair ran on 21 May 2020.", "agrees"),
        ("The bank raised rates in June.", "The bank raised rates in May and June.", "agrees"),
        ("The abbot resigned on Tuesday.", "The abbot, who took office on Monday, resigned on Tuesday.", "agrees"),
    ],
)
def test_which_day_it_is(claim, evidence, expected):
    assert outcome(claim, evidence) == expected


@pytest.mark.parametrize(
    ("claim", "evidence", "expected"),
    [
        ("The toll rose from 33 to 44.", "The toll, initially reported as 33 dead, has since risen to 44.", "agrees"),
        (
            "The number of dead is 40.",
            "Medics put the number of dead at 57, up from an earlier count of 40.",
            "superseded",
        ),
        ("Forty people died.", "The ministry had said that 40 people died but now says 57.", "superseded"),
        ("The guild had 40 members.", "The guild had 40 members.", "agrees"),
        ("Profit was $4 million in 2021.", "Profit rose to $6 million from $4 million in 2021.", "agrees"),
        ("Profit was $4 million.", "Profit rose to $6 million from $4 million.", "superseded"),
    ],
)
def test_what_has_been_replaced(claim, evidence, expected):
    assert outcome(claim, evidence) == expected


ORUN = "Raid on concert hall in Orun. The police chief resigned. Kelm sent its regrets."


@pytest.mark.parametrize(
    ("claim", "evidence", "context", "expected"),
    [
        # A claim without names is not contradicted by what happened elsewhere.
        ("The concert hall attack killed 44 people.", "The bombings in Kelm killed 100 people.", ORUN, "neither"),
        ("The concert hall attack killed 44 people.", "The attack in Kelm killed 100 people.", ORUN, "neither"),
        ("The concert hall attack killed 44 people.", "The attack on the hall in Orun killed 60.", ORUN, "differs"),
        ("The concert hall attack killed 44 people.", "The attackers killed 60 people.", ORUN, "differs"),
        ("The shrine attack killed 44 people.", "The attackers killed 60 people.", ORUN, "neither"),
        ("Forty-four people died in the attack.", "The attack in Orun killed 60 people.", ORUN, "differs"),
        ("Forty-four people died in the attack.", "The attack in Kelm killed 60 people.", ORUN, "neither"),
        # A superlative is of the event at hand, until something is compared with it.
        ("The raid in Orun killed 44 people.", "In the deadliest raid in years in Orun, 44 died.", ORUN, "agrees"),
        (
            "The raid in Orun killed 44 people.",
            "It was the deadliest raid since a siege that killed 60 people.",
            ORUN,
            "neither",
        ),
        # An insertion does not hide where it happened; a people is its country.
        (
            "The raid on Elm Hall killed 44 people.",
            "After the raid on Elm Hall, where men shot at guests, killing 44 people, Norse officers left.",
            ORUN,
            "agrees",
        ),
        ("Iran arrested 35 people.", "Iranian officers arrested 35 people.", ORUN, "agrees"),
        ("Iran arrested 35 people.", "Iraqi officers arrested 35 people.", ORUN, "neither"),
    ],
)
def test_where_it_happened(claim, evidence, context, expected):
    assert outcome(claim, evidence, context) == expected


def test_an_equal_figure_is_of_whom_the_whole_article_speaks():
    claim, evidence = "The raid on Elm Hall killed 33 people.", "The toll, first reported as 33 dead, has risen to 44."
    article = "Men raided Elm Hall on Friday. Orun mourns. " + evidence
    assert outcome(claim, evidence, ORUN) == "neither"
    assert outcome(claim, evidence, ORUN, article) == "superseded"


def test_a_value_that_is_repeated_is_not_unmatched():
    found = compare("The Vale jailed 35 monks in January.", "The Vale had jailed 35 monks in January.", None)
    assert [pair.evidence.value for pair in found.agreements if pair.kind == "quantity"] == [35]
    assert found.unmatched_claim == ()
    assert (
        compare("The firm will cut 15% of its jobs.", "It cuts 600 jobs, 15% of the workforce.", None).unmatched_claim
        == ()
    )
    assert compare("Thirty people died.", "Thirty people were hurt.", None).unmatched_claim


@pytest.mark.parametrize(
    ("claim", "evidence", "is_unmatched"),
    [
        ("One man was arrested.", "Police arrested a farmer.", False),
        ("The two sides agreed to a truce.", "Norland and Vesta agreed to a truce.", False),
        ("The five-member panel resigned.", "All members of the panel resigned.", False),
        ("Thousands marched in Harl.", "Huge crowds marched in Harl.", False),
        ("Two sides signed.", "Norland and Vesta signed.", False),
        ("Six sides signed.", "Norland and Vesta signed.", True),
        ("A study out last month backs masks.", "The study backs masks.", False),
        ("Dozens of people died.", "People died.", True),
        ("The weir broke in May 2024.", "The weir broke.", False),
        ("The weir broke in 2024.", "The weir broke.", False),
        ("The weir broke in 2022.", "The weir broke.", True),
        ("The film came out in the 1960s.", "It is a 1963 comedy.", False),
        ("The film came out in the 1970s.", "It is a 1963 comedy.", True),
        ("She sang at the age of nine.", "As a child she sang.", False),
        ("He died in his 30s.", "He died young.", False),
        ("They met Jan Olsen.", "They met Olsen.", False),
        ("The weir broke on 3 May 2024.", "The weir broke.", True),
        ("The weir broke on 30 May.", "The weir broke.", False),
        ("The weir broke on Thursday.", "The weir broke.", False),
        ("The weir broke in January.", "The weir broke.", True),
        ("The guild has about 4,100 members.", "Of 5,270 on the list, 4,111 voted.", False),
        ("The fire burned more than 40 square kilometers.", "It stands at 4,650 hectares.", False),
    ],
)
def test_what_is_told_in_passing_need_not_be_repeated(claim, evidence, is_unmatched):
    found = compare(claim, evidence, datetime(2024, 6, 2, tzinfo=UTC))
    assert bool(found.unmatched_claim) is is_unmatched


@pytest.mark.parametrize(
    ("claim", "evidence", "expected"),
    [
        ("The gale destroyed 200 barns.", "The gale damaged or destroyed 3,500 barns.", "neither"),
        ("Holm won 54% of the vote.", "Holm won 46% of the vote in the first round.", "neither"),
        ("The trial enrolled 300 patients.", "The trial enrolled 30 patients in each of 10 wards.", "neither"),
        ("Police arrested nine people.", "Police had arrested four people; five more were held on Friday.", "neither"),
        ("The pill cut deaths by 40%.", "The pill cut infections by 40% and deaths by 90%.", "neither"),
        ("Twelve firefighters died.", "Twelve people died, including two firefighters.", "neither"),
        ("The bank raised its rate to 5%.", "The bank raised its rate by half a point to 5.5%.", "neither"),
        ("Nine out of ten pupils failed.", "Some 400 pupils failed.", "neither"),
        ("Sales rose 3 times as fast.", "The firm sold 40 boats, 6 times the number of 2019.", "neither"),
        ("The war began in 2014.", "The war, which began in 2022, has emptied the coast.", "differs"),
    ],
)
def test_which_figure_of_many(claim, evidence, expected):
    assert outcome(claim, evidence) == expected
