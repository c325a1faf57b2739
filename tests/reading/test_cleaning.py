import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.reading.cleaning import clean

PROSE = "The ferry left the island before dawn with ninety people on board."
MORE = "Divers reached the wreck on Thursday, the coast guard said."


def test_nothing_of_an_article_without_furniture_changes():
    assert clean(f"{PROSE}\n{MORE}").text == f"{PROSE}\n{MORE}"
    assert clean(f"{PROSE}\n{MORE}").furniture == ()


def test_a_repeated_headline_goes_and_the_same_words_in_a_sentence_stay():
    headline = "Ferry sinks off the northern island"
    cleaned = clean(f"{headline}\n\n{headline}\n\n{PROSE}\n\n{headline}.\n\n{MORE}", title=headline)
    assert headline not in cleaned.text.replace(f"{headline}.", "")
    assert cleaned.text.startswith(PROSE)


def test_a_title_that_is_the_whole_text_stays():
    assert clean(PROSE, title=PROSE).text == PROSE


def test_a_transcript_in_capitals_that_repeats_the_article_goes():
    shouted = PROSE.upper().rstrip(".")
    cleaned = clean(f"{PROSE}\n\n{MORE}\n\n[LEE SAMPLE]\n\n{shouted}\n\n{MORE.upper()}")
    assert cleaned.text == f"{PROSE}\n{MORE}"
    assert shouted in cleaned.furniture


def test_capitals_that_say_something_new_stay():
    news = "POLICE HAVE ARRESTED THE CAPTAIN IN A VILLAGE TAVERN."
    assert news in clean(f"{PROSE}\n\n{news}\n\n{MORE}").text


def test_an_article_all_in_capitals_stays():
    assert clean(f"{PROSE}\n{MORE}".upper()).text == f"{PROSE}\n{MORE}".upper()


def test_what_follows_the_end_goes():
    teaser = "Ten islands you must see before the summer ends."
    body = "\n".join(f"{PROSE[:-1]} on day {number}." for number in range(6))
    assert clean(f"{body}\nEnd of Article\n{teaser}").text == body


def test_an_early_end_mark_does_not_cost_the_article():
    body = "\n".join(f"{PROSE[:-1]} on day {number}." for number in range(6))
    assert clean(f"{MORE}\nComments\n{body}").text == f"{MORE}\n{body}"


def test_a_call_at_the_end_of_a_paragraph_goes_alone():
    assert clean(f"{PROSE} Read more\n{MORE}").text.count("ninety people") == 1
    cleaned = clean(f"{PROSE} Learn more.\n{MORE}")
    assert cleaned.text == f"{PROSE}\n{MORE}"
    assert cleaned.furniture == ("Learn more.",)


def test_an_advertisement_goes_with_its_call():
    advertisement = "The Sample engine turns ten thousand sources into summaries made for you. Learn more."
    assert clean(f"{PROSE}\n{advertisement}\n{MORE}").text == f"{PROSE}\n{MORE}"


def test_a_date_stamp_goes_and_its_sentence_stays():
    assert clean(f"date 2023-05-02 {PROSE}\n{MORE}").text == f"{PROSE}\n{MORE}"


@pytest.mark.parametrize(
    "credit", ["Sample Agency/Reuters", "Photo: Lee Sample", "AFP File", "(Image credit: Lee Sample)"]
)
def test_a_picture_credit_goes_and_its_caption_stays(credit):
    assert clean(f"{PROSE} {credit}\n{MORE}").text == f"{PROSE}\n{MORE}"


def test_lines_wrapped_at_one_width_are_joined():
    wrapped = (
        "The ferry left the island before dawn with ninety people on\n"
        "board, and by six o'clock the harbor master had lost sight of\n"
        "Its lights behind the northern cape, he told the inquiry."
    )
    assert clean(f"{wrapped}\n\n{MORE}").text == wrapped.replace("\n", " ") + f"\n{MORE}"


def test_characters_are_made_plain():
    text = "Twelve\x00 people\u200b\u202e died\u00a0\tin the cafe\u0301 fire.\r\nIt was \ud800 Sunday."
    assert clean(text).text == "Twelve people died in the caf\u00e9 fire.\nIt was \ufffd Sunday."


def test_a_text_without_any_full_stop_is_not_taken_for_headings():
    assert clean("Twelve people died\nThe captain lived").text == "Twelve people died\nThe captain lived"


def test_joined_emoji_stay_whole():
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert family in clean(f"The family {family} was rescued on Monday morning.").text


@settings(deadline=None)  # other work on the machine must not fail a property
@given(st.text())
def test_any_text_comes_out_storable(text):
    cleaned = clean(text).text
    cleaned.encode("utf-8")
    assert "\x00" not in cleaned
    assert all(line == line.strip() and line for line in cleaned.split("\n")) or cleaned == ""


@settings(deadline=None)  # other work on the machine must not fail a property
@given(st.lists(st.sampled_from([PROSE, MORE, "Share", "A SHORT LABEL", "- an item of a list", "©", "Read more", ""])))
def test_cleaning_adds_no_words(lines):
    text = "\n".join(lines)
    assert set(clean(text).text.split()) <= set(text.split())


@pytest.mark.parametrize("unit", ["(", "“a ", "facebook ", "A. ", "Jan 1 ", "a. \n"])
def test_a_hostile_line_is_done_and_adds_no_words(unit):
    """Quadratic work would take minutes here, which the hang guard in pyproject.toml ends."""
    text = unit * 20_000
    assert set(clean(text).text.split()) <= set(text.split())


def test_headlines_under_most_read_are_no_news():
    text = f"{PROSE}\nMost Popular\n1. Man bites dog on the pier again\nTen best umbrellas for a wet spring\n{MORE}"
    assert clean(text).text == f"{PROSE}\n{MORE}"


def test_the_headline_with_the_name_of_the_site_is_the_headline():
    text = f"Nine dead as dam bursts at Orun - Harl Times\n{PROSE}\n{MORE}"
    assert clean(text, title="Nine dead as dam bursts at Orun").text == f"{PROSE}\n{MORE}"


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (
            "Rescuers searched the valley until it was dark. (Picture: Getty Images)",
            "Rescuers searched the valley until it was dark.",
        ),
        (
            "[2/3]A crane lifts the last of the boats from the bay. REUTERS/Ada Holm",
            "A crane lifts the last of the boats from the bay.",
        ),
        ("The port will stay shut until Monday. (AP)", "The port will stay shut until Monday. (AP)"),
    ],
)
def test_marks_round_a_picture_are_cut_off(line, kept):
    assert clean(f"{PROSE}\n{line}\n{MORE}").text == f"{PROSE}\n{kept}\n{MORE}"


def test_the_authors_life_behind_the_last_line_is_no_news():
    tail = "Reporting by Ada Holm; Editing by Tom Berg\nOur Standards: The Trust Rules.\nAda Holm covers ports."
    assert clean(f"{PROSE}\n{MORE}\n{tail}").text == f"{PROSE}\n{MORE}"
