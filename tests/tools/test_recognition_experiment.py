"""The recognition experiment reads, draws and chooses as it says."""

import io
import json
import tarfile

import numpy as np
import pytest
from experiments import recognition
from PIL import Image
from rebuild import building


def archive(tmp_path, n=4):
    rng = np.random.default_rng(0)
    pixels = rng.integers(256, size=(n, 1024, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "png")
    labels = json.dumps(list(range(n))).encode()
    path = tmp_path / "x.tgz"
    with tarfile.open(path, "w:gz") as package:
        for name, content in (
            ("data_batch_1.png", buffer.getvalue()),
            ("test_batch.png", buffer.getvalue()),
            ("train_lables.json", labels),
            ("test_lables.json", labels),
        ):
            info = tarfile.TarInfo(f"package/{name}")
            info.size = len(content)
            package.addfile(info, io.BytesIO(content))
    return path, pixels


def test_cifar_is_read_row_by_row(tmp_path, monkeypatch):
    path, pixels = archive(tmp_path)
    monkeypatch.setattr(building, "check_digest", lambda *_: None)
    got = recognition.cifar10(path)
    assert got["x"].shape == (4, 32, 32, 3)
    assert np.array_equal(got["x_test"][2, 1], pixels[2, 32:64])
    assert got["y"].tolist() == [0, 1, 2, 3]


def test_another_archive_is_refused(tmp_path):
    with pytest.raises(SystemExit, match="sha256"):
        recognition.cifar10(archive(tmp_path)[0])


def test_draws_are_disjoint_and_standardized(monkeypatch):
    monkeypatch.setattr(
        recognition, "IMAGES", {"training": 20, "validation": 10, "test": 5}
    )
    x = np.random.default_rng(0).integers(256, size=(40, 32, 32, 3))
    whole = {"x": x, "y": np.arange(40), "x_test": x[:8], "y_test": np.arange(8)}
    data = recognition.draw(whole, 3)
    assert not set(data.y_train) & set(data.y_val)
    assert [len(data.y_train), len(data.y_val), len(data.y_test)] == [20, 10, 5]
    assert np.allclose(data.x_train.mean((0, 1, 2)), 0, atol=1e-5)
    assert np.allclose(data.x_train.std((0, 1, 2)), 1, atol=1e-5)
    assert not np.array_equal(data.y_train, recognition.draw(whole, 4).y_train)


def test_learning_rate_is_chosen_by_validation_alone():
    runs = [
        {"learning_rate": rate, "val": val, "test": test}
        for rate, val, test in ((1, 0.2, 0.9), (1, 0.4, 0.9), (2, 0.4, 0.1))
    ]
    assert recognition.best_rate(runs) == 2


@pytest.mark.parametrize("name", recognition.STRENGTHS)
def test_baselines_learn(name, monkeypatch):
    monkeypatch.setitem(recognition.STRENGTHS, name, (0.01, 1.0))
    monkeypatch.setattr(
        recognition, "IMAGES", {"training": 60, "validation": 30, "test": 30}
    )
    y = np.arange(90) % 2
    x = np.random.default_rng(0).integers(20, size=(90, 32, 32, 3)) + 100
    x[y == 1, :, ::8] = 250  # stripes
    whole = {"x": x, "y": y, "x_test": x[:30], "y_test": y[:30]}
    found = recognition.baseline(name, recognition.draw(whole, 0))
    assert found["test"] > 0.9
    assert found["parameters"] > 0


def test_comparing_has_every_run_and_seed(monkeypatch):
    monkeypatch.setattr(recognition, "cifar10", lambda _: {})
    monkeypatch.setattr(recognition, "draw", lambda _, seed: seed)
    monkeypatch.setattr(
        recognition,
        "train",
        lambda name, data, seed, rate: {"learning_rate": rate, "val": rate},
    )
    monkeypatch.setattr(recognition, "baseline", lambda name, data: {"val": 0.5})
    found = recognition.compare(seeds=(0, 1), names=["plain, 10 layers"])
    net = found["networks"]["plain, 10 layers"]
    assert len(net["runs"]) == 2 * len(recognition.RATES)
    assert net["learning_rate"] == max(recognition.RATES)
    assert all(len(runs) == 2 for runs in found["baselines"].values())
