"""The rival: what a competent user writes in an afternoon with the same weights. Run by `make bench` under gunicorn.

It embeds with `SentenceTransformer`, searches an `IndexFlatIP`, judges the ten nearest sentences with `CrossEncoder`,
and knows nothing of figures, origins, time or who said what. `NAIVE_FOLDER` holds `sentences.json` and, once
`python -m bench.naive` has run, `vectors.npy`. `NAIVE_THREADS` are torch's.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import faiss
import numpy as np
import torch
from flask import Flask, Response, jsonify, request
from sentence_transformers import SentenceTransformer

from models.network import load_network
from models.packaged import FOLDER as EMBEDDER
from models.stance_model import FOLDER as STANCE

NEAREST = 10
SIDES = ("supports", "conflicts", "neutral")


def embed(folder: Path) -> float:
    """Embed the sentences with `SentenceTransformer.encode` as it is called by default; return the seconds it took."""
    sentences = json.loads((folder / "sentences.json").read_text(encoding="utf-8"))
    model = SentenceTransformer(str(EMBEDDER), device="cpu")
    model.encode(sentences[:32], show_progress_bar=False)
    started = time.perf_counter()
    vectors = model.encode(sentences, show_progress_bar=False)
    took = time.perf_counter() - started
    np.save(folder / "vectors.npy", vectors)
    return took


def create_app() -> Flask:
    """Load the models and the vectors, and return the application that gunicorn runs."""
    folder = Path(os.environ["NAIVE_FOLDER"])
    torch.set_num_threads(int(os.environ["NAIVE_THREADS"]))
    sentences: list[str] = json.loads((folder / "sentences.json").read_text(encoding="utf-8"))
    embedder = SentenceTransformer(str(EMBEDDER), device="cpu")
    stance = load_network(str(STANCE))
    vectors = np.load(folder / "vectors.npy")
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    app = Flask("naive")

    @app.post("/check")
    def check() -> Response:
        claim = request.get_json()["claim"]
        vector = embedder.encode([claim], normalize_embeddings=True, show_progress_bar=False)
        similarities, rows = index.search(vector, NEAREST)
        chosen = [sentences[row] for row in rows[0]]
        logits = stance.predict([(sentence, claim) for sentence in chosen], show_progress_bar=False)
        found = zip(chosen, similarities[0], logits.argmax(axis=1), strict=True)
        return jsonify([{"text": t, "similarity": float(s), "stance": SIDES[side]} for t, s, side in found])

    return app


if __name__ == "__main__":
    torch.set_num_threads(int(os.environ["NAIVE_THREADS"]))
    print(embed(Path(os.environ["NAIVE_FOLDER"])))
