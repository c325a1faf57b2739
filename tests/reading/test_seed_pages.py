"""Real saved pages, read where they lie beside the project; nothing of them is copied here."""

import re
from pathlib import Path

import pytest

from service.domain import Article
from service.reading.readers import read_folder
from service.reading.sentences import split

SEEDS = Path(__file__).parents[2] / ".." / "shared" / "seeds"
pytestmark = pytest.mark.skipif(not SEEDS.is_dir(), reason="the saved pages (../shared/seeds) are not here")

PATTERNS = [
    r"^\W*advertisement",
    r"story continues",
    r"\bsubscribe\b",
    r"©",
    r"all rights reserved",
    r"skip to",
    r"^tags\b",
    r"\bclick\b",
    r"\bdownload\b",
    r"\bpatron\b",
    r"learn more",
    r"qr code",
    r"^photo (?:by|credit)",
    r"edited by",
    r"end of article",
    r"latest news",
    r"quick links",
    r"^comments?$",
    r"powered by",
    r"\d+%.*\d+%",
    r"^by [A-Z]",
    r"\bIST\b",
    r"inputs from",
    r"\byour?\b",
]


@pytest.fixture(scope="module")
def articles():
    found = list(read_folder(SEEDS))
    assert found
    assert all(isinstance(one, Article) for one in found)
    return found


def sentences(article):
    return [article.text[span.start : span.end] for span in split(article.text)]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_no_sentence_is_furniture(articles, pattern):
    flags = 0 if any(part in pattern for part in ("[A-Z]", "IST")) else re.IGNORECASE
    assert [one for article in articles for one in sentences(article) if re.search(pattern, one, flags)] == []


def test_no_sentence_is_in_capitals(articles):
    assert [one for article in articles for one in sentences(article) if not re.search("[a-z]", one)] == []


def test_every_sentence_stands_in_its_page(articles):
    for article in articles:
        page = " ".join((SEEDS / article.id).read_text(encoding="utf-8").split())
        kept = sentences(article)
        assert len(kept) > 10
        assert [one for one in kept if one not in page] == []


def test_every_long_paragraph_in_ordinary_type_is_kept(articles):
    """A paragraph that comes to a stop and does not speak to the reader is news."""
    for article in articles:
        for line in (SEEDS / article.id).read_text(encoding="utf-8").split("\n"):
            speaks = re.search(r"\b(?:your?|click|©)\b|©", line)
            if len(line) > 150 and line.strip()[-1] in '.”"' and re.search("[a-z]", line) and not speaks:
                assert " ".join(line.split())[40:] in article.text
