"""Links that open a page at the sentence: what a text fragment would misread is encoded."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from service.checking.links import link_to

PAGE = "https://tarn.example/story"
LONG = "Rescue crews, tired and wet, kept up the search for a fourth night in a row."


@pytest.mark.parametrize(
    ("sentence", "fragment"),
    [
        ("Nobody was hurt.", "Nobody%20was%20hurt."),
        ("A well-known skipper agreed.", "A%20well%2Dknown%20skipper%20agreed."),
        ("Wet, cold, tired.", "Wet%2C%20cold%2C%20tired."),
        ("Salt & Sons closed.", "Salt%20%26%20Sons%20closed."),
        ("It rose 5% in #2.", "It%20rose%205%25%20in%20%232."),
        ("Jürgen said “no”.", "J%C3%BCrgen%20said%20%E2%80%9Cno%E2%80%9D."),
        ("One  line\nor two.", "One%20line%20or%20two."),
        ("a b c d e f g h", "a%20b%20c%20d%20e%20f%20g%20h"),
        ("a b c d e f g h i", "a%20b%20c%20d,f%20g%20h%20i"),
        (LONG, "Rescue%20crews%2C%20tired%20and,night%20in%20a%20row."),
    ],
)
def test_a_sentence_is_named_by_itself_or_by_its_ends(sentence: str, fragment: str) -> None:
    assert link_to(PAGE, sentence) == f"{PAGE}#:~:text={fragment}"


def test_only_the_comma_between_the_ends_is_bare() -> None:
    link = link_to(PAGE, LONG) or ""
    start, end = link.partition(":~:text=")[2].split(",")
    assert "-" not in start + end
    assert "&" not in start + end
    assert LONG.startswith(unquote(start))
    assert LONG.endswith(unquote(end))


def test_a_fragment_that_is_there_is_kept() -> None:
    assert link_to(f"{PAGE}?a=1#part", "Nobody was hurt.") == f"{PAGE}?a=1#part:~:text=Nobody%20was%20hurt."


@pytest.mark.parametrize(
    "url", [None, "", "ftp://tarn.example/a", "javascript:alert(1)", "file:///etc/passwd", "story"]
)
def test_what_is_no_web_page_has_no_link(url: str | None) -> None:
    assert link_to(url, "Nobody was hurt.") is None


def test_nothing_to_find_opens_the_page() -> None:
    assert link_to(PAGE, "… — !") == PAGE


@pytest.mark.parametrize("url", ["http://[tarn.example/a", "https://[::1/a"])
def test_a_broken_url_has_no_link(url: str) -> None:
    assert link_to(url, "Nobody was hurt.") is None


def test_a_text_directive_that_is_there_gets_a_second_one() -> None:
    link = link_to(f"{PAGE}#:~:text=old", "Nobody was hurt.") or ""
    assert link.count(":~:") == 1
