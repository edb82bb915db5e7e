"""companion/experiments/faces.py: counting, mining, and its control."""

import numpy as np
import pytest

from companion import datasets, models
from companion.datasets import Photograph
from companion.experiments import faces


@pytest.fixture(scope="module")
def crops():
    return datasets.face_crops()


@pytest.fixture
def noise():
    pixels = np.random.default_rng(0).random((80, 90)).astype("float32")
    return Photograph("noise", pixels, np.empty((0, 4)))


class Bright:
    """A model for which a window is a face if it is bright on the average."""

    def __call__(self, images, training=False):
        images = np.asarray(images)[..., 0]
        windows = np.lib.stride_tricks.sliding_window_view(images, (25, 25), (1, 2))
        return (windows[:, ::4, ::4].mean((-2, -1)) - 0.5)[..., None]


def test_hold_out_takes_equally_many_of_each_kind(crops):
    train, test = faces.hold_out(crops, 3)
    assert np.bincount(crops.labels[test]).tolist() == [20, 20]
    assert sorted([*train, *test]) == list(range(200))
    assert not np.array_equal(test, faces.hold_out(crops, 4)[1])


def test_augmentation_mirrors_moves_and_stays_in_range(crops):
    rng = np.random.default_rng(0)
    images = np.repeat(crops.images[:1], 200, axis=0)
    found = faces.augment(images, rng)
    assert found.shape == images.shape
    assert found.dtype == np.float32
    assert found.min() >= 0
    assert found.max() <= 1
    means = found.mean((1, 2, 3)) - images.mean()
    assert -0.17 < means.min() < -0.1
    assert 0.1 < means.max() < 0.17
    centered = found[..., 0] - found[..., 0].mean((1, 2), keepdims=True)
    mirror = crops.images[0, :, ::-1, 0] - crops.images[0].mean()
    straight = crops.images[0, ..., 0] - crops.images[0].mean()
    mirrored = (centered * mirror).sum((1, 2)) > (centered * straight).sum((1, 2))
    assert 60 < mirrored.sum() < 140


def test_training_learns_the_crops_and_is_reproducible(crops):
    train, test = faces.hold_out(crops, 0)
    runs = [
        faces.train(crops.images[train], crops.labels[train], 1, 60)[0]
        for _ in range(2)
    ]
    scores = [np.asarray(model(crops.images[test])).ravel() for model in runs]
    np.testing.assert_allclose(scores[0], scores[1], atol=1e-4)
    assert ((scores[0] > 0) == crops.labels[test]).mean() > 0.8


def test_training_wants_both_kinds(crops):
    with pytest.raises(ValueError, match="both 0 and 1"):
        faces.train(crops.images[:5], crops.labels[:5], steps=1)


def test_detections_do_not_repeat_and_are_counted(noise):
    noise.pixels[20:65, 30:75] = 1
    photo = Photograph("noise", noise.pixels, np.array([[30, 20, 75, 65.0]]))
    boxes, scores = faces.detect(Bright(), photo)
    assert (np.diff(scores) <= 0).all()
    assert (scores > 0).all()
    told, hits = faces.count(photo, boxes, scores)
    assert (told.photograph, told.faces, told.found) == ("noise", 1, 1)
    assert told.false_alarms == len(boxes) - 1 == (~hits).sum()


def test_mining_gives_what_the_model_takes_for_faces(noise):
    noise.pixels[:40, :40] = 0.9
    found = faces.mine(Bright(), noise, most=2)
    assert found.shape == (2, 25, 25, 1)
    assert found[0].mean() > 0.85
    assert found[1].mean() > 0.5
    with pytest.raises(ValueError, match="noise has a face"):
        faces.mine(Bright(), Photograph("noise", noise.pixels, np.ones((1, 4))))


def test_random_windows_are_windows_of_the_photograph(noise):
    boxes, _ = models.scan(Bright(), noise.pixels)
    every = models.cut_windows(noise.pixels, boxes)
    found = faces.draw(noise, 5, np.random.default_rng(0))
    for crop in found:
        assert (np.abs(every - crop).max((1, 2, 3)) < 1e-6).any()


def test_rounds_add_as_many_random_negatives_as_hard_ones(crops, noise):
    few = crops.images[95:105], crops.labels[95:105]
    options = {"many": 1, "steps": 2}
    hard = list(faces.rounds(*few, [noise], 0, **options))
    assert [len(new) for _, _, new in hard] == [1, 0]
    numbers = [[3]]
    control = list(faces.rounds(*few, [noise], 0, numbers=numbers, **options))
    assert [new for _, _, new in control] == [[3], []]
    for a, b in zip(hard[0][0].get_weights(), control[0][0].get_weights()):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_the_cascade_finds_both_faces():
    photographs = datasets.photographs()
    counts = faces.survey(faces.cascade, photographs)
    assert [entry.found for entry in counts] == [1, 1, 0, 0, 0]
    assert sum(entry.false_alarms for entry in counts[:4]) == 0
