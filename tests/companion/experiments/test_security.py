"""The scores of chapter 6.1b's video, on small videos whose scores are known."""

import json
from pathlib import Path

import numpy as np
import pytest

from companion import datasets
from companion.experiments import reconstruction, security

STORED = Path(__file__).parents[3] / "book" / "experiments" / "06-1b-security.json"
RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def data():
    return datasets.campus_walk()


@pytest.fixture(scope="module")
def frames(data):
    return security.reduced(data.frames)


def test_reducing_takes_means():
    got = security.reduced(np.array([[[0, 255], [255, 255]]], np.uint8))
    assert got.dtype == np.float32
    assert got.item() == pytest.approx(0.75)
    with pytest.raises(TypeError, match="uint8"):
        security.reduced(np.zeros((1, 2, 2)))
    with pytest.raises(ValueError, match="H and W even"):
        security.reduced(np.zeros((1, 3, 2), np.uint8))


def test_foreground_refuses_another_scene():
    with pytest.raises(ValueError, match="shape of one frame"):
        security.foreground(np.zeros((1, 2, 2)), np.zeros((3, 2)))
    with pytest.raises(ValueError, match="threshold must be positive"):
        security.foreground(np.zeros((1, 2, 2)), np.zeros((2, 2)), 0)


def test_occupancy_knows_the_place_and_not_the_time():
    moving = np.zeros((6, 1, 4), bool)
    moving[:4, 0, 1] = True
    moving[4, 0, 1] = moving[5, 0, 2] = True
    score = security.occupancy_score(moving, range(4))
    assert score[4] == pytest.approx(-np.log(5 / 6) / 4)
    assert score[5] == pytest.approx(-np.log(1 / 6) / 4)
    with pytest.raises(TypeError, match="must be boolean"):
        security.occupancy_score(moving.astype(int), range(4))


def test_frame_difference_is_blind_to_what_stands():
    frames = np.zeros((3, 2, 2))
    frames[:, 0, 0] = 1
    assert not security.frame_difference(frames).any()


def test_judging(data):
    counts = np.arange(795.0)
    score = np.where(data.labels == 1, 2.0, 1.0)
    got = security.judge(score, data, counts)
    assert got == security.Verdict(1, 1, 1, 0, 1, 0, 0)
    assert security.judge(-score, data, counts).auc == 0
    assert security.judge(counts, data, counts).correlation == pytest.approx(1)
    with pytest.raises(ValueError, match="same length"):
        security.judge(score[:-1], data, counts)


def test_the_walker_differs_in_place_only(data, frames):
    before, path, lawn = security.paste_walker(frames, data)
    on_path, on_lawn = (part != before for part in (path, lawn))
    assert not (on_path & on_lawn).any()
    moved = np.roll(on_path.any(axis=0), security.LAWN[1] - security.PATH[1], axis=1)
    assert np.array_equal(moved, on_lawn.any(axis=0))
    assert np.array_equal(path[0][on_path.any(axis=0)], lawn[0][moved])
    with pytest.raises(ValueError, match="must be the reduced ones"):
        security.paste_walker(frames[:10], data)


def test_standardizing():
    frames = RNG.normal(3, 2, (50, 4, 5))
    got = reconstruction.standardized(frames, range(40))
    assert np.abs(got[:40].mean(axis=0)).max() < 1e-6
    assert (got[:40] ** 2).mean() == pytest.approx(1, abs=1e-5)
    with pytest.raises(ValueError, match="all the same"):
        reconstruction.standardized(np.ones((3, 2, 2)), [0, 1])


def test_principal_errors_are_those_of_the_best_plane():
    base = RNG.normal(size=(2, 12))
    rows = (RNG.normal(size=(30, 2)) @ base).reshape(30, 3, 4)
    assert reconstruction.principal_errors(rows, range(20), 2).max() < 1e-20
    assert reconstruction.principal_errors(rows, range(20), 1).max() > 0.01
    with pytest.raises(ValueError, match="components must be in"):
        reconstruction.principal_errors(rows, range(3), 4)


def test_an_autoencoder_learns_to_copy_and_repeats_itself():
    frames = np.ones((24, 8, 8), np.float32) * RNG.normal(size=(24, 1, 1))
    frames = frames.astype(np.float32)
    runs = [
        reconstruction.train_autoencoder(frames, range(16), seed=1, epochs=15)
        for _ in range(2)
    ]
    model, losses, seconds = runs[0]
    assert losses == runs[1][1]
    assert losses[-1] < 0.8 * losses[0]
    assert seconds > 0
    assert reconstruction.reconstruction_errors(model, frames).shape == frames.shape


def test_a_next_frame_network_learns_a_steady_change():
    frames = np.arange(30, dtype=np.float32)[:, None, None] * np.ones((1, 4, 4))
    frames = frames.astype(np.float32) / 30
    model, losses, _ = reconstruction.train_next_frame(frames, range(20), epochs=40)
    error = reconstruction.next_frame_error(model, frames)
    assert losses[-1] < losses[0]
    assert not error[: reconstruction.SEEN].any()
    assert error.shape == (30,)


def test_the_stored_results_say_what_the_chapter_says():
    scores = json.loads(STORED.read_text(encoding="utf-8"))["scores"]
    worst = {name: min(r["auc"] for r in runs) for name, runs in scores.items()}
    assert worst["occupancy map"] > 0.99
    for name, runs in scores.items():
        if name in ("autoencoder: error", "principal components"):
            assert (
                max(run["auc"] for run in runs) < scores["foreground pixels"][0]["auc"]
            )
            assert max(run["higher_on_lawn"] for run in runs) < 0.1
    assert scores["occupancy map"][0]["higher_on_lawn"] == 1
