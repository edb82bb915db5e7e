"""Equal weights give equal logits on every Keras backend that is installed."""

import importlib.util
import os
import subprocess
import sys

import numpy as np
import pytest

from companion import models

SCRIPT = """
import sys
import keras, numpy as np
from companion import models
assert keras.backend.backend() == sys.argv[1]
given = np.load(sys.argv[2])
model = models.article_cnn(seed=9)
model.set_weights([given[f"weight{i}"] for i in range(len(model.get_weights()))])
model.layers[-1].activation = keras.activations.linear
np.save(sys.argv[3], model.predict(given["x"], verbose=0))
"""


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """Weights that no initializer would give, and images."""
    path = tmp_path_factory.mktemp("backends") / "given.npz"
    rng = np.random.default_rng(0)
    weights = [
        rng.normal(0, np.sqrt(2 / max(np.prod(w.shape[:-1]), 10)), w.shape)
        for w in models.article_cnn().get_weights()
    ]
    arrays = {f"weight{i}": w.astype("float32") for i, w in enumerate(weights)}
    np.savez(path, x=rng.random((64, 28, 28, 1), dtype="float32"), **arrays)
    return path


def logits(backend, given, folder):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed; `make test-backends` installs it")
    target = folder / f"{backend}.npy"
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, backend, str(given), str(target)],
        env=os.environ | {"KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    return np.load(target)


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_logits_agree_with_tensorflow(backend, given, tmp_path):
    ours = logits(backend, given, tmp_path)
    theirs = logits("tensorflow", given, tmp_path)
    assert ours.shape == (64, 10)
    assert ours.std() > 0.1  # different logits, or agreement would mean little
    assert np.abs(ours - theirs).max() < 1e-4
