"""Exported models: whole files, their own answers, one gate in front of all formats."""

import keras
import numpy as np
import pytest

from companion import exporting, models
from companion.models import _layers
from companion.models.tabular import tabular_mlp

pytestmark = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow",
    reason="exports need the tensorflow backend",
)


def rare_layers():
    """AlexNet in small, with its normalization."""
    return keras.Sequential(
        [
            keras.Input((9, 9, 4)),
            keras.layers.Conv2D(6, 3, activation="relu"),
            _layers.LocalResponseNormalization(),
            keras.layers.MaxPooling2D(3, 2),
            keras.layers.Flatten(),
            keras.layers.Dense(2, "softmax"),
        ]
    )


#: Every builder, as small as it goes; alexnet and vgg16 have fixed sizes of 240 and
#: 550 MB and are stood for by their kinds of layers.
BUILDERS = {
    "article_cnn": lambda: models.article_cnn(1, input_shape=(18, 18, 1)),
    "small_cnn": lambda: models.small_cnn(1, input_shape=(18, 19, 2), classes=3),
    "lenet5": lambda: models.lenet5(1),
    "lenet5 modern": lambda: models.lenet5(1, variant="modern"),
    "lstm_classifier": lambda: models.lstm_classifier(4, 3, classes=2, units=5),
    "window_network": lambda: models.window_network(1, anywhere=False),
    "window_network, not shared": lambda: models.window_network(1, shared=False),
    "tabular_mlp": lambda: tabular_mlp(5, 3, hidden=(4,)),
    "rare layers": rare_layers,
}


def examples(model, count=3):
    shape = (count, *model.input_shape[1:])
    return np.random.default_rng(0).random(shape, dtype="float32")


@pytest.fixture(scope="module", params=BUILDERS, ids=str)
def built(request):
    return request.param, BUILDERS[request.param]()


@pytest.mark.parametrize("format", exporting.FORMATS)
def test_every_builder_comes_back_from_every_format(built, format, tmp_path):
    name, model = built
    if (name, format) == ("lstm_classifier", "litert"):
        pytest.skip("LiteRT has no loops; see the test of that")
    exported = exporting.export(model, tmp_path, format)
    x = examples(model)
    want = keras.ops.convert_to_numpy(model(x, training=False))
    scale = max(1, np.abs(want).max())
    assert np.abs(exported.predict(x) - want).max() <= 1e-4 * scale
    assert np.abs(exported.predict(x[:1]) - want[:1]).max() <= 1e-4 * scale
    assert (exported.format, exported.path.parent) == (format, tmp_path)
    # float32 weights cannot take less room than this.
    assert exported.size > 4 * model.count_params()
    assert [entry.name for entry in tmp_path.iterdir()] == [exported.path.name]


def test_a_folder_may_have_any_name(tmp_path):
    folder = tmp_path / "导出 folder"
    folder.mkdir()
    model = tabular_mlp(3)
    for format in exporting.FORMATS:
        exported = exporting.export(model, folder, format)
        assert exported.predict(examples(model)).shape == (3, 2)


@pytest.fixture(scope="module")
def two():
    return tabular_mlp(4, seed=0), tabular_mlp(4, seed=7)


@pytest.mark.parametrize("format", exporting.FORMATS)
def test_two_models_in_a_folder_keep_their_answers_and_files(two, format, tmp_path):
    x = examples(two[0])
    wants = [keras.ops.convert_to_numpy(model(x)) for model in two]
    assert np.abs(wants[0] - wants[1]).max() > 0.01
    both = [exporting.export(model, tmp_path, format) for model in two]
    assert both[0].path != both[1].path
    for exported, want in zip(both, wants):
        assert exported.predict(x) == pytest.approx(want, abs=1e-5)
        again = exporting._load(exported.path)
        assert again(x) == pytest.approx(want, abs=1e-5)


@pytest.mark.parametrize("format", exporting.FORMATS)
def test_a_loaded_model_needs_its_file_no_more(two, format, tmp_path):
    exported = exporting.export(two[0], tmp_path, format)
    x = examples(two[0])
    before = exported.predict(x)
    files = [exported.path, *exported.path.rglob("*")]
    for file in files:
        if file.is_file():
            file.write_bytes(b"")
    assert np.array_equal(exported.predict(x), before)


def test_an_export_is_not_the_live_model(two, tmp_path):
    model = tabular_mlp(4, seed=1)
    x = examples(model)
    exported = exporting.export(model, tmp_path, "keras")
    before = exported.predict(x)
    model.set_weights([np.zeros_like(w) for w in model.get_weights()])
    assert np.array_equal(exported.predict(x), before)


@pytest.mark.parametrize("format", exporting.FORMATS)
def test_all_formats_refuse_the_same(two, format, tmp_path):
    exported = exporting.export(two[0], tmp_path, format)
    x = examples(two[0])
    good = exported.predict(x)
    for dtype in ("uint8", "float64", "float16", "int64"):
        with pytest.raises(TypeError, match=f"needs a float32 array, got {dtype}"):
            exported.predict(x.astype(dtype))
    with pytest.raises(TypeError, match="/ 255, if these are pixels"):
        exported.predict(x.astype("uint8"))
    with pytest.raises(TypeError, match="got list"):
        exported.predict(x.tolist())
    for wrong in (x[:, :3], x[0], x[:0]):
        with pytest.raises(ValueError, match=r"shape \(N, 4\), got"):
            exported.predict(wrong)
    for bad in (np.nan, np.inf, -np.inf):
        y = x.copy()
        y[1, 2] = bad
        with pytest.raises(ValueError, match="x.* 1 "):
            exported.predict(y)
    assert np.array_equal(exported.predict(x), good)


def test_litert_says_in_export_that_it_cannot_run_an_lstm(tmp_path):
    model = models.lstm_classifier(4, 3, classes=2, units=5)
    with pytest.raises(
        ValueError, match=r"litert cannot hold or compute 'lstm_classifier'.*'onnx'"
    ):
        exporting.export(model, tmp_path, "litert")
    assert list(tmp_path.iterdir()) == []


def test_onnx_says_in_export_that_it_cannot_hold_groups(tmp_path):
    layers = [keras.Input((6, 6, 4)), keras.layers.Conv2D(6, 3, groups=2)]
    with pytest.raises(ValueError, match=r"onnx cannot hold or compute .*'keras'"):
        exporting.export(keras.Sequential(layers), tmp_path, "onnx")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("format", exporting.FORMATS)
def test_a_failed_export_leaves_nothing(two, format, tmp_path, monkeypatch):
    def fail(path):
        raise OSError("no space left on device")

    monkeypatch.setattr(exporting, "_load", fail)
    with pytest.raises(OSError, match="no space"):
        exporting.export(two[0], tmp_path, format)
    assert list(tmp_path.iterdir()) == []


def test_unknown_format_and_folder_are_named(two, tmp_path):
    with pytest.raises(ValueError, match=r"one of \('keras', .*got 'h5'"):
        exporting.export(two[0], tmp_path, "h5")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        exporting.export(two[0], tmp_path / "nowhere", "keras")


def test_models_that_cannot_be_exported_are_named(tmp_path):
    unbuilt = keras.Sequential([keras.layers.Dense(2)])
    with pytest.raises(ValueError, match="built Keras model with one input"):
        exporting.export(unbuilt, tmp_path, "keras")
    with pytest.raises(ValueError, match="built Keras model with one input"):
        exporting.export(None, tmp_path, "keras")
    free = keras.Sequential([keras.Input((None, 3)), keras.layers.GRU(2)])
    with pytest.raises(ValueError, match="fixed shape"):
        exporting.export(free, tmp_path, "onnx")
    tokens = keras.Input((3,), dtype="int32")
    tokens = keras.Sequential([tokens, keras.layers.Embedding(5, 2)])
    with pytest.raises(ValueError, match="float32 input, got int32"):
        exporting.export(tokens, tmp_path, "onnx")
    spoiled = tabular_mlp(4)
    weights = spoiled.get_weights()
    weights[0][0, 0] = np.nan
    spoiled.set_weights(weights)
    with pytest.raises(ValueError, match=r"weight '.*kernel'.* 1 "):
        exporting.export(spoiled, tmp_path, "keras")
    assert list(tmp_path.iterdir()) == []


def test_latency_is_the_median_of_the_measured_calls(monkeypatch):
    clock = iter([0, 1, 10, 12, 20, 29])
    monkeypatch.setattr(exporting.time, "perf_counter", lambda: next(clock))
    calls = []
    assert exporting.latency(calls.append, np.ones(2), repeats=3) == 2
    assert len(calls) == 3


def test_latency_warms_up():
    calls = []
    exporting.latency(calls.append, np.ones(2), repeats=20)
    assert len(calls) == 22


@pytest.mark.parametrize("repeats", [0, -3, 1.5, np.nan, np.inf, True, "9", None])
def test_latency_wants_a_number_of_calls(repeats):
    with pytest.raises((TypeError, ValueError), match="repeats"):
        exporting.latency(abs, 1, repeats=repeats)


def test_latency_wants_a_function():
    with pytest.raises(TypeError, match="predict must be a function, got int"):
        exporting.latency(3, 1)
