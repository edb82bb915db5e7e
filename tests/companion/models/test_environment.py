"""The user's keras.json does not change the book's networks."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

SCRIPT = """
import sys
import keras, numpy as np
from companion import datasets, models, training
from companion.models.tabular import tabular_mlp
assert keras.backend.image_data_format() == sys.argv[2]
assert keras.backend.floatx() == sys.argv[3]
answers = {}
for name, model in {
    "article_cnn": models.article_cnn(input_shape=(18, 20, 2)),
    "small_cnn": models.small_cnn(input_shape=(18, 20, 2)),
    "small_cnn, pooled": models.small_cnn(input_shape=(18, 20, 2), stem="pooled"),
    "lenet5": models.lenet5(),
    "lenet5, modern": models.lenet5(variant="modern"),
    "lstm_classifier": models.lstm_classifier(4, 3),
    "tabular_mlp": tabular_mlp(3),
    "u_net": models.u_net((16, 24, 2), filters=2),
    "window_network": models.window_network(),
    "window_network, not shared": models.window_network(shared=False, anywhere=False),
}.items():
    rng = np.random.default_rng(0)
    x = rng.random((2, *model.input_shape[1:]), dtype="float32")
    answers[name] = keras.ops.convert_to_numpy(model(x, training=False))
big = [models.alexnet(initializer="Zeros", classes=2)]
big.append(models.vgg16(initializer="Zeros", classes=2))
answers["shapes"] = np.array([model.layers[-4].output.shape[1] for model in big])
rng = np.random.default_rng(0)
y = np.arange(32) % 2
x = rng.random((32, 18, 18, 1), dtype="float32") * y[:, None, None, None]
class data:
    x_train, y_train, x_val, y_val = x, y, x[:8], y[:8]
recipe = training.BETTER.but(epochs=1, batch_size=8)
model = models.small_cnn(input_shape=(18, 18, 1), classes=2)
answers["fit"] = np.array(training.fit(model, data, recipe).loss)
np.savez(sys.argv[1], **answers)
"""


def run(folder, image_data_format, floatx):
    home = folder / "home"
    home.mkdir()
    config = {
        "floatx": floatx,
        "epsilon": 1e-07,
        "backend": "tensorflow",
        "image_data_format": image_data_format,
    }
    (home / "keras.json").write_text(json.dumps(config))
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, folder / "a.npz", image_data_format, floatx],
        env=os.environ | {"KERAS_HOME": str(home), "KERAS_BACKEND": "tensorflow"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    with np.load(folder / "a.npz") as answers:
        return dict(answers)


def test_keras_json_changes_nothing(tmp_path):
    for name in ("usual", "other"):
        (tmp_path / name).mkdir()
    usual = run(tmp_path / "usual", "channels_last", "float32")
    answers = run(tmp_path / "other", "channels_first", "float16")
    assert set(answers) == set(usual)
    for name, want in usual.items():
        assert answers[name].dtype == want.dtype, name
        # Keras keeps the running mean of the loss, which is told only, in floatx.
        close = 2e-3 if name == "fit" else 1e-5
        assert answers[name] == pytest.approx(want, abs=close), name
