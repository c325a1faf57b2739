"""The released model, loaded once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from models.stance_model import DEFAULT, FOLDER, OnnxStanceModel, load_stance


@pytest.fixture(scope="session")
def stance() -> Iterator[OnnxStanceModel]:
    if not (FOLDER / "manifest.json").exists():
        pytest.skip("models/stance holds no release yet: run python -m models.training.release RUN_FOLDER")
    model = load_stance(DEFAULT, threads=2)
    assert isinstance(model, OnnxStanceModel)
    yield model
