import keras
import numpy as np
import pytest

from companion import exporting, models

pytestmark = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow",
    reason="exports need the tensorflow backend",
)


@pytest.fixture(scope="module")
def x():
    return np.random.default_rng(0).random((3, 28, 28, 1), dtype="float32")


@pytest.mark.parametrize("format", exporting.FORMATS)
def test_every_format_comes_back_with_the_same_answers(format, x, tmp_path):
    folder = tmp_path / "导出 folder"
    folder.mkdir()
    model = models.small_cnn(seed=1)
    exported = exporting.export(model, folder, format)
    assert exported.format == format
    assert exported.path.exists()
    # float32 weights cannot take less room than this.
    assert exported.size > 4 * model.count_params()
    want = model.predict(x, verbose=0)
    assert exported.predict(x) == pytest.approx(want, abs=1e-5)
    assert exported.predict(x[:1]) == pytest.approx(want[:1], abs=1e-5)


def test_an_export_is_not_the_live_model(x, tmp_path):
    model = models.article_cnn(seed=1)
    before = model.predict(x, verbose=0)
    exported = exporting.export(model, tmp_path, "keras")
    model.set_weights([np.zeros_like(w) for w in model.get_weights()])
    assert exported.predict(x) == pytest.approx(before, abs=1e-6)


def test_unknown_format_and_folder_are_named(tmp_path):
    model = models.article_cnn()
    with pytest.raises(ValueError, match=r"one of \('keras', .*got 'h5'"):
        exporting.export(model, tmp_path, "h5")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        exporting.export(model, tmp_path / "nowhere", "keras")


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
    with pytest.raises(ValueError, match="at least 1, got 0"):
        exporting.latency(calls.append, np.ones(2), repeats=0)
