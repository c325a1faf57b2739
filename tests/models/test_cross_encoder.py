"""Any `CrossEncoder` with the three NLI labels can take the model's place, whatever order its labels have."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import CrossEncoder
from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

from models.stance_model import CrossEncoderStance, load_stance
from service.errors import ModelError

WORDS = (
    "the a an of in on at to was were is are not no nobody two three four five six ten boat bridge harbor mayor "
    "council strike storm closed opened sank rose fell said denied arrived left after before during night morning "
    "people hurt killed found lost old new north south river tower train worker police voted won"
).split()
PAIRS = [("the boat sank in the storm", "the boat was lost"), ("the mayor said no", "the council voted")]


def _save(folder: Path, labels: list[str]) -> str:
    """Write a random classifier of the labels; its bias alone decides, so that the columns can be told apart."""
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *dict.fromkeys(WORDS)]
    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(vocabulary))
    tokenizer = BertTokenizerFast(vocab=str(folder / "vocab.txt"), model_max_length=96)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=96, id2label=dict(enumerate(labels)), label2id={n: i for i, n in enumerate(labels)},
    )  # fmt: skip
    model = BertForSequenceClassification(config)
    with torch.no_grad():
        model.classifier.bias.copy_(
            torch.tensor([{"e": 3.0, "c": 1.0, "n": -1.0}[label[0].lower()] for label in labels])
        )
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


@pytest.mark.parametrize(
    "labels",
    [
        ["entailment", "neutral", "contradiction"],
        ["contradiction", "entailment", "neutral"],
        ["NEUTRAL", "CONTRADICTION", "ENTAILMENT"],
    ],
)
def test_columns_follow_the_labels_of_the_model(tmp_path: Path, labels: list[str]):
    folder = _save(tmp_path / "model", labels)
    model = load_stance(folder, threads=1)
    assert isinstance(model, CrossEncoderStance)
    raw = CrossEncoder(folder, device="cpu").predict(PAIRS, apply_softmax=True, show_progress_bar=False)
    lower = [label.lower() for label in labels]
    for scores, row in zip(model.judge(PAIRS), raw, strict=True):
        expected = [row[lower.index(label)] for label in ("entailment", "contradiction", "neutral")]
        np.testing.assert_allclose([scores.supports, scores.conflicts, scores.neutral], expected, atol=1e-5)
        assert scores.supports > scores.conflicts > scores.neutral


def test_no_pairs_no_answers(tmp_path: Path):
    assert load_stance(_save(tmp_path / "model", ["entailment", "neutral", "contradiction"]), 1).judge([]) == []


def test_a_claim_must_leave_room_for_evidence(tmp_path: Path):
    model = load_stance(_save(tmp_path / "model", ["entailment", "neutral", "contradiction"]), 1)
    assert model.fits(" ".join(["boat"] * (96 - 3 - 64)))
    assert not model.fits(" ".join(["boat"] * (96 - 3 - 64 + 1)))


def test_long_evidence_is_shortened_and_the_claim_still_counts(tmp_path: Path):
    model = load_stance(_save(tmp_path / "model", ["entailment", "neutral", "contradiction"]), 1)
    long = "the boat sank " * 100
    first, again, other = model.judge(
        [(long, "the boat was lost"), (long + "at night", "the boat was lost"), (long, "no")]
    )
    assert first == again
    assert first != other


def test_other_labels_are_refused_by_name(tmp_path: Path):
    folder = _save(tmp_path / "model", ["entailment", "contradiction"])
    with pytest.raises(ModelError, match=r"labels \['contradiction', 'entailment'\].*WIRECHECK_STANCE"):
        load_stance(folder, threads=1)


def test_a_folder_that_is_no_model_is_refused_by_name(tmp_path: Path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match=r"empty cannot be loaded.*WIRECHECK_STANCE"):
        load_stance(str(tmp_path / "empty"), threads=1)
