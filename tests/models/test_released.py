"""The model that is shipped answers as it did when it was released, alone and in any company."""

from __future__ import annotations

import json
import random
from dataclasses import asdict
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from models.network import LABELS, load_network
from models.stance_model import EXACT_PRODUCTS, FOLDER, OnnxStanceModel
from models.training.probes import read_probes
from service.domain import Stance

GOLDEN = Path(__file__).with_name("golden.json")
PAIRS = [(probe.evidence, probe.claim) for probe in read_probes()]
CLAIM = "The ferry sank in the harbor."


def test_golden_numbers(stance: OnnxStanceModel):
    rows = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert len(rows) >= 8
    for row, scores in zip(rows, stance.judge([(row["evidence"], row["claim"]) for row in rows]), strict=True):
        assert asdict(scores) == pytest.approx({name: row[name] for name in LABELS}, abs=2e-3), row["claim"]


def test_probabilities_sum_to_one(stance: OnnxStanceModel):
    for scores in stance.judge([*PAIRS[:3], ("", CLAIM), ("Rain.", "")]):
        assert scores.supports + scores.conflicts + scores.neutral == pytest.approx(1.0)
        assert min(asdict(scores).values()) >= 0.0


def test_a_pair_has_the_same_answer_alone_and_in_any_company(stance: OnnxStanceModel):
    pairs = [*PAIRS[:12], (" ".join(["The old bridge was closed again."] * 60), CLAIM)]
    alone = [stance.judge([pair])[0] for pair in pairs]
    assert stance.judge(pairs) == alone
    order = list(range(len(pairs)))
    random.Random(4).shuffle(order)
    assert stance.judge([pairs[i] for i in order]) == [alone[i] for i in order]


def test_no_pairs_no_answers(stance: OnnxStanceModel):
    assert stance.judge([]) == []


def test_it_has_learned_what_it_is_for(stance: OnnxStanceModel):
    """Half of the probes are plain enough for any working model; chance is a third."""
    judged = stance.judge(PAIRS)
    right = sum(Stance(p.label) == stance.thresholds.stance(s) for p, s in zip(read_probes(), judged, strict=True))
    assert right >= len(PAIRS) / 2


def test_long_evidence_is_cut_at_its_end_and_the_claim_never(stance: OnnxStanceModel):
    claim_ids, _ = stance.encode("", CLAIM)
    claim_ids = claim_ids[2:]  # without [CLS] [SEP]
    ids, types = stance.encode(" ".join(["Nobody was hurt when it happened."] * 200), CLAIM)
    assert len(ids) == 256
    assert ids[-len(claim_ids) :] == claim_ids
    assert sum(types) == len(claim_ids)
    short, _ = stance.encode("Nobody was hurt when it happened.", CLAIM)
    evidence = len(short) - len(claim_ids) - 2
    assert ids[1 : 1 + evidence] == short[1 : 1 + evidence]


def test_a_claim_fits_while_it_leaves_room_for_evidence(stance: OnnxStanceModel):
    most = 256 - 3 - 64
    assert stance.fits(" ".join(["rain"] * most))
    assert not stance.fits(" ".join(["rain"] * (most + 1)))


def test_the_name_tells_the_graph(stance: OnnxStanceModel):
    manifest = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    assert stance.name == f"{manifest['name']}@{manifest['files'][manifest['graph']][:12]}"
    assert manifest["labels"] == list(LABELS)


def test_the_fp16_weights_say_what_the_graph_says(stance: OnnxStanceModel):
    network = load_network(str(FOLDER))
    assert {p.dtype.itemsize for p in network.parameters()} == {4}
    together = network.predict(PAIRS, apply_softmax=True, batch_size=16, show_progress_bar=False)
    alone = np.stack([network.predict([pair], apply_softmax=True, show_progress_bar=False)[0] for pair in PAIRS])
    np.testing.assert_allclose(together, alone, atol=1e-3)
    graph = [(s.supports, s.conflicts, s.neutral) for s in _uncalibrated(stance).judge(PAIRS)]
    same = np.argmax(graph, axis=1) == alone.argmax(axis=1)
    assert same.sum() >= len(PAIRS) - 2
    assert np.abs(np.array(graph) - alone).mean() < 0.03


def _uncalibrated(stance: OnnxStanceModel) -> OnnxStanceModel:
    from models.training.measure import runner

    return runner(FOLDER / stance._manifest.graph, FOLDER / "tokenizer.json", threads=2)


def test_products_of_int8_are_asked_for_without_overflow(stance: OnnxStanceModel):
    """Without this setting they overflow in silence on x86 without VNNI, where no test of ours runs."""
    assert stance.session.get_session_options().get_session_config_entry(EXACT_PRODUCTS) == "1"
    library = next(Path(onnxruntime.__file__).parent.glob("capi/onnxruntime_pybind11_state*"))
    assert EXACT_PRODUCTS.encode() in library.read_bytes()  # a setting that it does not know is taken without a word
