"""Composed scenes keep their promises; the photographs come back as they were."""

import io
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion import datasets, evaluation
from companion.datasets import scenes


@pytest.fixture(scope="module")
def some():
    return datasets.digit_scenes(60, "train", seed=3)


def test_scenes_have_the_types_they_say(some):
    assert some.images.shape == (60, 96, 96, 1)
    assert some.images.dtype == np.float32
    assert some.images.min() == 0
    assert 0.9 < some.images.max() <= 1
    for boxes, labels in zip(some.boxes, some.labels):
        assert boxes.dtype == np.float32
        assert labels.dtype == np.int64
        assert 2 <= len(boxes) == len(labels) <= 5
    assert some.names == tuple("0123456789")
    assert "composed of mnist: 60 scenes" in repr(some)


def test_boxes_lie_inside_overlap_little_and_are_tight(some):
    for image, boxes in zip(some.images[..., 0], some.boxes):
        assert (boxes >= 0).all()
        assert (boxes <= 96).all()
        among = evaluation.iou(boxes, boxes) - np.eye(len(boxes))
        assert among.max() <= 0.2 + 1e-6
        for left, top, right, bottom in boxes.astype(int):
            ink = image[top:bottom, left:right] > 0.2
            assert ink[0].any()
            assert ink[-1].any()
            assert ink[:, 0].any()
            assert ink[:, -1].any()
        outside = image.copy()
        for left, top, right, bottom in boxes.astype(int):
            outside[top:bottom, left:right] = 0
        assert not outside.any()


def test_scenes_depend_on_seed_and_split_alone(some):
    again = datasets.digit_scenes(60, "train", seed=3)
    assert np.array_equal(some.images, again.images)
    first = datasets.digit_scenes(10, "train", seed=3)
    assert np.array_equal(some.images[:10], first.images)
    for other in (
        datasets.digit_scenes(10, "train", seed=4),
        datasets.digit_scenes(10, "test", seed=3),
    ):
        assert not np.array_equal(some.images[:10], other.images)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [((0,), "count"), ((2, "val"), "split must be"), ((2, "test", -1), "seed")],
)
def test_wrong_arguments(arguments, told):
    with pytest.raises(ValueError, match=told):
        datasets.digit_scenes(*arguments)


def test_scaling_keeps_flat_images_flat_and_sizes_right():
    for side in (20, 28, 40):
        got = scenes._resized(np.full((28, 28), 0.5, np.float32), side)
        assert got.shape == (side, side)
        assert got == pytest.approx(0.5)
    ramp = np.tile(np.arange(28, dtype=np.float32), (28, 1))
    assert np.array_equal(scenes._resized(ramp, 28), ramp)


def test_crowns_are_what_the_card_says():
    data = datasets.tree_crowns()
    assert {k: len(b) for k, b in data.boxes.items()} == {
        "train": 574,
        "same_site": 279,
        "florida": 61,
        "california": 37,
    }
    assert data.card.splits[0].count == 574
    assert data.card.splits[1].count == 279 + 61 + 37
    assert "florida 61" in repr(data)
    for name, image in data.images.items():
        height, width = image.shape[:2]
        boxes = data.boxes[name]
        assert image.dtype == np.uint8
        assert 60 < image.mean() < 160
        assert (boxes[:, 2:] - boxes[:, :2] >= 4).all()
        assert (boxes[:, 2:] <= [width + 1, height + 1]).all()
    data.images["train"][:] = 0  # a fresh copy in every call
    assert datasets.tree_crowns().images["train"].any()


@given(st.integers(1, 5), st.integers(1, 9), st.integers(0, 100))
def test_differences_lose_nothing(height, width, seed):
    image = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    assert np.array_equal(
        scenes.undo_differences(scenes.take_differences(image)), image
    )


def test_rebuilding_reads_what_a_package_holds(tmp_path):
    from PIL import Image
    from rebuild import tree_crowns

    image = np.random.default_rng(0).integers(0, 256, (9, 12, 3), np.uint8)
    xml = b"""<annotation><object><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>7</xmax>
    <ymax>8</ymax></bndbox></object></annotation>"""
    path = tmp_path / "some.whl"
    with zipfile.ZipFile(path, "w") as package:
        for member in tree_crowns.MEMBERS.values():
            png = io.BytesIO()
            Image.fromarray(image).save(png, "PNG")
            package.writestr(f"{tree_crowns.FOLDER}{member}.png", png.getvalue())
            package.writestr(f"{tree_crowns.FOLDER}{member}.xml", xml)
    arrays = tree_crowns.read(path)
    assert set(arrays) == {f"{n}_{k}" for n in scenes.TILES for k in ("image", "boxes")}
    got = scenes.undo_differences(arrays["florida_image"])
    assert got.shape == (4, 6, 3)
    assert got[0, 0] == pytest.approx(image[:2, :2].mean((0, 1)), abs=0.51)
    assert arrays["florida_boxes"].tolist() == [[1, 2, 7, 8]]
