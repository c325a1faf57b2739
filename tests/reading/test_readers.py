import json
import os
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.domain import Article
from service.errors import ReadingError
from service.reading.cleaning import clean
from service.reading.folder import Skipped
from service.reading.readers import article_from_html, article_from_text, read_file, read_folder

BODY = "The dam held through the night. Engineers lowered the lake by two meters on Sunday, the ministry said."
PAGE = f"""<html><head><title>Dam holds through the night | Example Herald</title>
<meta property="og:site_name" content="Example Herald">
<meta property="article:published_time" content="2023-05-02T10:15:00+02:00">
<link rel="canonical" href="https://herald.example/dam"></head>
<body><nav><a href="/">Home</a> <a href="/w">World</a></nav>
<article><h1>Dam holds through the night</h1><p>{BODY}</p><p>Twelve people died.</p></article>
<footer>© 2023 Example Herald</footer></body></html>"""


def write(folder, name, content):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(folder, name, content, **options):
    return read_file(write(folder, name, content), folder, **options)


def test_a_folder_is_read_in_order_and_other_files_are_passed_over(tmp_path):
    for name in ("b.txt", "a/z.md", "a/b.TXT", ".hidden.txt", ".git/x.txt", "notes.pdf"):
        write(tmp_path, name, BODY)
    assert [article.id for article in read_folder(tmp_path)] == ["a/b.TXT", "a/z.md", "b.txt"]


def test_a_missing_folder_is_an_error_that_names_it(tmp_path):
    with pytest.raises(ReadingError, match="nowhere"):
        list(read_folder(tmp_path / "nowhere"))


def test_what_cannot_be_read_is_named_and_the_rest_is_served(tmp_path):
    write(tmp_path, "good.txt", BODY)
    write(tmp_path, "empty.txt", "")
    write(tmp_path, "blank.md", " \n ")
    write(tmp_path, "menu.txt", "Home\nShare\nSubscribe\n© 2023 Example")
    write(tmp_path, "large.txt", BODY * 10)
    write(tmp_path, "binary.txt", bytes(range(32)) * 20)
    write(tmp_path, "broken.json", '{"text": ')
    found = list(read_folder(tmp_path, max_bytes=700))
    assert [one.id for one in found if isinstance(one, Article)] == ["good.txt"]
    reasons = {one.path: one.reason for one in found if isinstance(one, Skipped)}
    assert set(reasons) == {"empty.txt", "blank.md", "menu.txt", "large.txt", "binary.txt", "broken.json"}
    assert "700 bytes" in reasons["large.txt"]
    assert "\n" not in "".join(reasons.values())


def test_rows_are_skipped_one_by_one(tmp_path):
    rows = [
        json.dumps({"text": BODY}),
        "{",
        json.dumps({"text": ""}),
        "[]",
        json.dumps({"id": "x", "text": BODY}),
        "",
        "7",
    ]
    found = read(tmp_path, "rows.jsonl", "\n".join(rows))
    assert [one.id for one in found if isinstance(one, Article)] == ["rows.jsonl#1", "x"]
    assert [one.path for one in found if isinstance(one, Skipped)] == [
        "rows.jsonl#2",
        "rows.jsonl#3",
        "rows.jsonl#4",
        "rows.jsonl#7",
    ]


def test_the_limit_of_a_file_of_rows_is_for_one_row(tmp_path):
    rows = "\n".join([json.dumps({"text": BODY})] * 9 + [json.dumps({"text": BODY * 9}), json.dumps({"text": BODY})])
    found = read(tmp_path, "rows.jsonl", rows, max_bytes=300)
    assert [one.path for one in found if isinstance(one, Skipped)] == ["rows.jsonl#10"]
    assert len(found) == 11


def test_rows_in_utf_16_are_read(tmp_path):
    assert [one.id for one in read(tmp_path, "r.jsonl", json.dumps({"text": BODY}).encode("utf-16"))] == ["r.jsonl#1"]


def test_a_second_article_with_an_id_is_skipped(tmp_path):
    write(tmp_path, "a.json", json.dumps({"id": "one", "text": BODY}))
    write(tmp_path, "b.json", json.dumps([{"id": "one", "text": BODY}, {"text": BODY}]))
    found = list(read_folder(tmp_path))
    assert [getattr(one, "id", one) for one in found if isinstance(one, Article)] == ["one", "b.json#2"]
    assert [one.path for one in found if isinstance(one, Skipped)] == ["b.json"]


def test_links_that_leave_the_folder_or_go_in_circles_are_not_followed(tmp_path):
    inside, outside = tmp_path / "in", tmp_path / "out"
    write(outside, "secret.txt", BODY)
    write(inside, "a.txt", BODY)
    (inside / "file.txt").symlink_to(outside / "secret.txt")
    (inside / "folder").symlink_to(outside)
    (inside / "self").symlink_to(inside)
    (inside / "loop.txt").symlink_to(inside / "loop.txt")
    (inside / "copy.txt").symlink_to(inside / "a.txt")
    found = list(read_folder(inside))
    assert [one.id for one in found if isinstance(one, Article)] == ["a.txt", "copy.txt"]
    assert {one.path for one in found if isinstance(one, Skipped)} == {"file.txt", "folder", "loop.txt"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_does_not_hang_the_reader(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    assert [one.path for one in read_folder(tmp_path)] == ["pipe.txt"]


def test_fields_of_a_record(tmp_path):
    record = {
        "id": 7,
        "title": " The  dam ",
        "publisher": "Example Herald",
        "url": "https://herald.example/dam",
        "published_at": "2023-05-02",
        "text": BODY,
        "extra": [1],
    }
    assert read(tmp_path, "a.json", json.dumps(record)) == [
        Article("7", "The dam", BODY, "Example Herald", "https://herald.example/dam", datetime(2023, 5, 2, tzinfo=UTC))
    ]


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("2023-05-02T10:00:00Z", datetime(2023, 5, 2, 10, tzinfo=UTC)),
        ("2023-05-02T10:00:00", datetime(2023, 5, 2, 10, tzinfo=UTC)),
        ("2023-05-02T10:00:00+02:00", datetime(2023, 5, 2, 8, tzinfo=UTC)),
        (None, None),
    ],
)
def test_times_are_utc(tmp_path, stated, expected):
    assert read(tmp_path, "a.json", json.dumps({"text": BODY, "published_at": stated}))[0].published_at == expected


@pytest.mark.parametrize(
    ("record", "named"),
    [
        ({"text": 5}, "text"),
        ({"title": ["x"], "text": BODY}, "title"),
        ({}, "`text` nor `html`"),
        ({"html": " "}, "html"),
        ({"text": BODY, "published_at": "yesterday"}, "published_at"),
        ({"text": BODY, "id": True}, "id"),
    ],
)
def test_a_bad_field_is_named(tmp_path, record, named):
    (skipped,) = read(tmp_path, "a.json", json.dumps(record))
    assert isinstance(skipped, Skipped)
    assert named in skipped.reason


def test_deep_nesting_and_long_numbers_are_skipped(tmp_path):
    assert isinstance(read(tmp_path, "deep.json", "[" * 200_000)[0], Skipped)
    assert isinstance(read(tmp_path, "long.json", '{"id": ' + "9" * 10_000 + "}")[0], Skipped)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_encodings(tmp_path, encoding):
    text = "The café’s owner said “no” and paid £5. Nobody in the town was surprised by that."
    assert read(tmp_path, "a.txt", text.encode(encoding))[0].text == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1251", "Мост закрыли во вторник. Ремонт займет шесть недель, сообщили в администрации порта."),
        ("shift_jis", "橋は火曜日に閉鎖された。修理には六週間かかると港湾局は述べた。"),
    ],
)
def test_encodings_of_other_scripts(tmp_path, encoding, text):
    assert read(tmp_path, "a.txt", text.encode(encoding))[0].text == text


def test_a_file_cut_within_a_character_is_not_mojibake(tmp_path):
    text = "Der Fluß stieg in Köln über zwei Meter. Das Hochwasser fällt für später. Schön"
    assert "Köln über" in read(tmp_path, "a.txt", text.encode() + "ö".encode()[:1])[0].text


def test_the_encoding_that_a_page_declares_is_used(tmp_path):
    page = PAGE.replace("<head>", '<head><meta charset="windows-1251">').replace("Twelve people died.", "Мост закрыт.")
    page = page.replace("©", "&copy;")
    assert "Мост закрыт." in read(tmp_path, "a.html", page.encode("cp1251"))[0].text


def test_a_page_states_its_facts():
    article = article_from_html("dam", PAGE)
    assert (article.id, article.title, article.publisher) == ("dam", "Dam holds through the night", "Example Herald")
    assert article.url == "https://herald.example/dam"
    assert article.published_at == datetime(2023, 5, 2, 8, 15, tzinfo=UTC)
    assert article.text == f"{BODY}\nTwelve people died."


def test_a_page_that_states_no_date_or_site_has_none():
    page = f"<html><body><p>{BODY}</p><footer>© 2019 somebody</footer></body></html>"
    article = article_from_html("p", page)
    assert (article.publisher, article.published_at, article.url) == (None, None, None)
    assert article.text == BODY


def test_what_the_caller_gives_goes_before_what_the_page_states():
    article = article_from_html("dam", PAGE, title="Other", publisher="Other Post", published_at=datetime(2020, 1, 1))
    assert (article.title, article.publisher) == ("Other", "Other Post")
    assert article.published_at == datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("root", ["svg", "math", "iframe", "object", "noscript", "nav", "select"])
def test_a_page_of_an_odd_root_is_read(root):
    assert article_from_html("x", f"<{root}>{BODY}</{root}>").text == BODY


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ('<meta property="og:title" content="One &amp; Two"><meta name="twitter:title" content="Three">', "One & Two"),
        ('<meta name="twitter:title" content=" Three\nFour ">', "Three Four"),
        (r'<script type="application/ld+json">{"headline": "The \u201clake\u201d"}</script>', "The “lake”"),
        (r'<script type="application/ld+json">{"headline": "\x"}</script>', "The dam"),
    ],
)
def test_a_title_is_what_the_head_states_before_what_the_page_shows(head, title):
    assert article_from_html("x", f"<html><head>{head}</head><body><h1>The dam</h1><p>{BODY}</p>").title == title


@pytest.mark.parametrize("stated", ["javascript:alert(1)", "/dam", "https:///dam", "https://a b.example/"])
def test_an_address_that_is_none_is_not_taken_from_a_page(stated):
    page = PAGE.replace("</head>", f'<meta property="og:url" content="{stated}"></head>')
    assert article_from_html("x", page).url == "https://herald.example/dam"


@pytest.mark.parametrize("source", ["", "<html></html>", "<!-- x -->", "<p></p>"])
def test_a_page_without_an_article_is_an_error(source):
    with pytest.raises(ReadingError):
        article_from_html("x", source)


def test_markdown_with_front_matter(tmp_path):
    source = (
        "---\ntitle: 'The dam held'\nid: dam-1\npublisher: Example Herald\nurl: https://herald.example/dam\n"
        f"date: 2023-05-02T10:15:00Z\n---\n# The dam held\n\nThe **dam** held [all night](https://x.example).\n\n"
        f"![A picture](x.png)\n\n## What next\n\n- two gates stay open\n- the road is closed\n\n> {BODY}\n"
    )
    (article,) = read(tmp_path, "a.md", source)
    assert (article.id, article.title, article.publisher) == ("dam-1", "The dam held", "Example Herald")
    assert article.published_at == datetime(2023, 5, 2, 10, 15, tzinfo=UTC)
    assert article.text == f"The dam held all night.\n- two gates stay open\n- the road is closed\n{BODY}"


def test_markdown_heading_is_the_title(tmp_path):
    (article,) = read(tmp_path, "a.md", f"# The dam held\n\n{BODY}\n")
    assert (article.title, article.text) == ("The dam held", BODY)


def test_a_head_of_labeled_lines(tmp_path):
    source = (
        f"Title: The dam held\nPublisher: Example Herald\nURL: https://herald.example/dam\nDate: May 2, 2023\n\n{BODY}"
    )
    (article,) = read(tmp_path, "a.txt", source)
    assert (article.title, article.publisher, article.text) == ("The dam held", "Example Herald", BODY)
    assert article.published_at == datetime(2023, 5, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Staff Desk May 2, 2023, 17:31:39 IST", datetime(2023, 5, 2, 12, 1, 39, tzinfo=UTC)),
        ("Published: 2 May 2023", datetime(2023, 5, 2, tzinfo=UTC)),
        ("Published on May 2nd, 2023 at 5:31 p.m. ET", datetime(2023, 5, 2, 21, 31, tzinfo=UTC)),
        ("By Lee Sample | 2023-05-02 10:00 GMT", datetime(2023, 5, 2, 10, tzinfo=UTC)),
        ("Sept. 3, 2023", datetime(2023, 9, 3, tzinfo=UTC)),
        ("Posted 25/12/2023", datetime(2023, 12, 25, tzinfo=UTC)),
        ("Posted 3/4/2023", None),
        ("By Lee Sample", None),
        ("The dam was finished on May 2, 2003.", None),
    ],
)
def test_dates_only_where_the_page_states_them(line, expected):
    assert article_from_text("x", f"The dam held all night\n{line}\n{BODY}").published_at == expected


def test_a_date_before_the_first_sentence():
    article = article_from_text("x", f"date 2023-05-02 {BODY}")
    assert (article.published_at, article.text) == (datetime(2023, 5, 2, tzinfo=UTC), BODY)


@pytest.mark.parametrize(
    ("text", "publisher"),
    [
        (f"{BODY}\n© 2023 Example Herald. All rights reserved.", "Example Herald"),
        (f"{BODY}\nCopyright 2019-2023 Herald.example.com", "Herald.example.com"),
        (f"{BODY}\n© 2023 Reuters. All rights reserved.", None),
        (f"The dam held all night | Example Times\n{BODY}", "Example Times"),
        (f"The dam held all night\n{BODY}\nThe Example Times reported the same.", None),
    ],
)
def test_a_publisher_only_where_the_page_states_it(text, publisher):
    assert article_from_text("x", text).publisher == publisher


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (f"NEWS\nThe dam held all night\n{BODY}", "The dam held all night"),
        (f"Skip to content\nWorld\nThe dam held all night\n\nThe dam held all night\n{BODY}", "The dam held all night"),
        (f"Did the dam hold all night?\n{BODY}", "Did the dam hold all night?"),
        (BODY, "The dam held through the night."),
    ],
)
def test_titles(text, title):
    article = article_from_text("x", text)
    assert article.title == title
    assert article.text == BODY


def test_a_title_made_of_a_long_first_sentence_is_cut_between_words():
    text = "The dam held, " + "and the water rose, " * 40 + "and it held."
    title = article_from_text("x", text).title
    assert len(title) <= 120
    assert title.endswith("…")
    assert text.startswith(title[:-1])
    assert text[len(title) - 1] in " ,"


def test_times_of_other_zones_become_utc():
    given_time = datetime(2023, 5, 2, 1, tzinfo=timezone(timedelta(hours=3)))
    assert article_from_text("x", BODY, published_at=given_time).published_at.isoformat() == "2023-05-01T22:00:00+00:00"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=400), st.sampled_from([".txt", ".html", ".md", ".json", ".jsonl"]))
def test_no_bytes_raise(tmp_path, data, suffix):
    found = read(tmp_path, f"any{suffix}", data)
    assert all(isinstance(one, Article | Skipped) for one in found)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=200), st.sampled_from([".txt", ".html", ".md"]))
def test_no_text_raises(tmp_path, text, suffix):
    found = read(tmp_path, f"any{suffix}", f"<p>{text}</p>\n---\nid: {text}".encode("utf-8", "replace"))
    assert all(isinstance(one, Article | Skipped) for one in found)


@pytest.mark.parametrize("error", [RuntimeError("the odd story"), RecursionError(), MemoryError()], ids=repr)
def test_a_file_or_record_that_fails_for_whatever_reason_is_named_and_the_rest_is_served(tmp_path, monkeypatch, error):
    """No input is known that does this; the cleaning that all readers share stands in for what is not known."""

    def odd(text, **options):
        if "odd" in text:
            raise error
        return clean(text, **options)

    monkeypatch.setattr("service.reading.articles.clean", odd)
    rows = [json.dumps({"id": name, "text": f"{BODY} It was {name}."}) for name in ("one", "odd", "two")]
    for name in ("odd.html", "odd.md", "odd.txt"):
        write(tmp_path, name, f"<p>{BODY} It was odd.</p>" if name == "odd.html" else f"{BODY} It was odd.")
    write(tmp_path, "odd.json", rows[1])
    write(tmp_path, "list.json", f"[{','.join(row.replace('one', 'first').replace('two', 'last') for row in rows)}]")
    write(tmp_path, "rows.jsonl", "\n".join(rows))
    found = list(read_folder(tmp_path))
    assert [item.id for item in found if isinstance(item, Article)] == ["first", "last", "one", "two"]
    skipped = {item.path: item.reason for item in found if isinstance(item, Skipped)}
    assert set(skipped) == {"list.json#2", "odd.html", "odd.json", "odd.md", "odd.txt", "rows.jsonl#2"}
    told = f"failed with {type(error).__name__}, which was not foreseen: report this, or go on without it"
    assert set(skipped.values()) == {told}


def test_an_interrupt_ends_the_reading(tmp_path, monkeypatch):
    def stopped(text, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("service.reading.articles.clean", stopped)
    write(tmp_path, "a.txt", BODY)
    with pytest.raises(KeyboardInterrupt):
        list(read_folder(tmp_path))
