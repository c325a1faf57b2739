import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.reading.sentences import pieces, split


def cut(text):
    return [text[span.start : span.end] for span in split(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "He swore “it never happened.” Nobody believed him.",
            ["He swore “it never happened.”", "Nobody believed him."],
        ),
        ('She said: "We did it." Then she left.', ['She said: "We did it."', "Then she left."]),
        ("“Was it you?” the judge asked. He shook his head.", ["“Was it you?” the judge asked.", "He shook his head."]),
        ("Is he guilty? asked the judge. Nobody spoke up.", ["Is he guilty? asked the judge.", "Nobody spoke up."]),
        ("T. S. Sample met A. B. Example at noon.", ["T. S. Sample met A. B. Example at noon."]),
        (
            "Shri K. L. Example won the seat. The count took days.",
            ["Shri K. L. Example won the seat.", "The count took days."],
        ),
        ("The U.S. Navy sent two ships. They sail today.", ["The U.S. Navy sent two ships.", "They sail today."]),
        (
            "It sank on Mar. 9 near the U.S. coast. All were saved.",
            ["It sank on Mar. 9 near the U.S. coast.", "All were saved."],
        ),
        ("The vote is on Jan. 3 at noon. It may slip.", ["The vote is on Jan. 3 at noon.", "It may slip."]),
        ("It began at 5 a.m. on Sunday. It ended at dusk.", ["It began at 5 a.m. on Sunday.", "It ended at dusk."]),
        (
            "Polls close at 9 p.m. EST on Friday. Counting starts then.",
            ["Polls close at 9 p.m. EST on Friday.", "Counting starts then."],
        ),
        (
            "Sample Inc. and Dr. Lee agreed. The board did not.",
            ["Sample Inc. and Dr. Lee agreed.", "The board did not."],
        ),
        ("Reactor No. 5 was shut down. No. 6 runs on.", ["Reactor No. 5 was shut down.", "No. 6 runs on."]),
        (
            "Prices rose 3.5 percent in 2.5 years. Wages fell again.",
            ["Prices rose 3.5 percent in 2.5 years.", "Wages fell again."],
        ),
        ("Approx. 50 men came back. The rest stayed.", ["Approx. 50 men came back.", "The rest stayed."]),
        ("The bill passed in May. Prices fell at once.", ["The bill passed in May.", "Prices fell at once."]),
        ("It opens on May. 4 at noon.", ["It opens on May. 4 at noon."]),
        ("They waited… and waited for days.", ["They waited… and waited for days."]),
        (
            "iPhone sales fell. eBay gained a little. iPhone makers sighed.",
            ["iPhone sales fell.", "eBay gained a little.", "iPhone makers sighed."],
        ),
        ("Twelve people died.", ["Twelve people died."]),
        ("Storm closes all harbors on the west coast", ["Storm closes all harbors on the west coast"]),
        (
            "- a tug and two barges\n• the second pier\n2. close the bridge",
            ["a tug and two barges", "the second pier", "close the bridge"],
        ),
        ("1. Close the bridge at once. 2. Call the divers.", ["Close the bridge at once.", "Call the divers."]),
        ("First line ends here\nand the second begins", ["First line ends here", "and the second begins"]),
        ("OSLO, May 2 (Example Wire) - The bank kept rates unchanged.", ["The bank kept rates unchanged."]),
        ("(With inputs from Example Wire)", []),
        ("Why not? No. He said so himself.", ["He said so himself."]),
        ("*** 42 17", []),
        ("", []),
    ],
)
def test_sentences(text, expected):
    assert cut(text) == expected


def test_a_quotation_of_several_sentences_keeps_its_closing_mark():
    sentences = cut("“We left at dawn. Nobody saw us go,” she said. The guard was asleep.")
    assert sentences[-1] == "The guard was asleep."
    assert all(not sentence.startswith("”") for sentence in sentences)


def test_a_run_on_is_cut_at_its_best_place():
    text = "; ".join(f"and the witness number {number} saw the bridge move" for number in range(60))
    sentences = cut(text)
    assert max(map(len, sentences)) <= 1000
    assert all(sentence.endswith(";") for sentence in sentences[:-1])
    assert " ".join(sentences) == text


def test_a_run_of_letters_without_a_space_is_cut_too():
    assert max(span.end - span.start for span in pieces("x" * 5000)) <= 1000


def test_pieces_hold_what_is_too_short_for_evidence():
    text = "Learn more. Twelve people died."
    assert [text[span.start : span.end] for span in pieces(text)] == ["Learn more.", "Twelve people died."]


@settings(deadline=None)
@given(st.text() | st.text(alphabet="aB .?!…\"“”'’)(-\n1mpUS•é\u0301\U0001f600\ud800", max_size=200))
def test_offsets_are_exact_whatever_the_text(text):
    last = 0
    for span in pieces(text):
        sentence = text[span.start : span.end]
        assert last <= span.start < span.end <= len(text)
        assert "\n" not in sentence
        assert sentence == sentence.strip()
        last = span.end
    assert set(split(text)) <= set(pieces(text))


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["Rain fell on the town.", "“Nobody came,” he said.", "Was it Mr. Sample?"]), min_size=1)
)
def test_plain_sentences_come_back_one_by_one(sentences):
    assert cut(" ".join(sentences)) == sentences


@settings(deadline=None)
@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "Zs"]), max_size=300))
def test_nothing_of_a_line_is_lost(text):
    line = f"Then {text}"  # so that it opens with no bullet or dateline
    covered = "".join(line[span.start : span.end] for span in pieces(line))
    assert "".join(covered.split()) == "".join(line.split())


@pytest.mark.parametrize(
    ("line", "first"),
    [
        ("What Happened: The dam at Orun gave way on Friday.", "The dam at Orun gave way on Friday."),
        ("Background: Orun has two dams.", "Orun has two dams."),
        ("Police: the road is closed to all.", "Police: the road is closed to all."),
        ("Source: AFP, citing the mayor", None),
        ("By Associated Press", None),
    ],
)
def test_a_label_or_a_credit_is_no_part_of_what_is_said(line, first):
    assert [line[span.start : span.end] for span in split(line)] == ([first] if first else [])
