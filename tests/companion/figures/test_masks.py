"""Masks on images, overlaps and the U-Net: what is drawn, and with which labels."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from companion import figures


def words(fig):
    return [text.get_text() for ax in fig.axes for text in ax.texts]


def drawn(fig):
    return [ax.images[0].get_array() for ax in fig.axes if ax.images]


def test_overlays_color_the_classes_and_leave_the_rest_gray():
    image = np.full((1, 2, 2, 1), 0.5)
    masks = np.array([[[0, 1], [2, 3]]])
    fig = figures.mask_overlays(image, masks, ["a"], opacity=1)
    (picture,) = drawn(fig)
    assert picture[0, 0].tolist() == [255] * 3  # the image's largest value is white
    for place, color in (((0, 1), 0), ((1, 0), 1), ((1, 1), 2)):
        want = np.rint(255 * np.array(to_rgb(figures.COLORS[color])))
        assert picture[place].tolist() == want.tolist()
    assert fig.axes[0].get_title() == "a"


def test_overlays_fill_rows_and_may_have_no_titles():
    fig = figures.mask_overlays(
        np.zeros((3, 4, 4)), np.zeros((3, 4, 4), int), columns=2
    )
    assert len(fig.axes) == 4
    assert len(drawn(fig)) == 3


@pytest.mark.parametrize(
    ("images", "masks", "settings", "message"),
    [
        (np.ones((1, 2, 2)), np.ones((1, 2, 3)), {}, r"got \(1, 2, 2\) and"),
        (np.ones((2, 2)), np.ones((2, 2)), {}, "expected images"),
        (np.ones((1, 2, 2)), np.full((1, 2, 2), 4), {}, r"in 0..3, got 4..4"),
        (np.ones((1, 2, 2)), np.ones((1, 2, 2)), {"titles": "ab"}, "2 titles for 1"),
        (np.ones((1, 2, 2)), np.ones((1, 2, 2)), {"opacity": 2}, "opacity"),
        (np.ones((1, 2, 2)), np.ones((1, 2, 2)), {"size": 0}, "size"),
        (np.ones((1, 2, 2)), np.ones((1, 2, 2)), {"columns": 0}, "columns"),
        (np.full((1, 2, 2), np.nan), np.ones((1, 2, 2)), {}, "images must be finite"),
    ],
)
def test_overlays_refuse_what_does_not_fit(images, masks, settings, message):
    with pytest.raises(ValueError, match=message):
        figures.mask_overlays(images, masks, **settings)


def test_overlap_counts():
    truth, answer = np.zeros((4, 4), int), np.zeros((4, 4), int)
    truth[:3, 1:3] = 1
    answer[1:3, 1:3] = answer[2, 3] = 1
    fig = figures.mask_overlap(truth, answer)
    assert words(fig) == [
        "truth",
        "answer",
        "overlap",
        "both: 4",
        "truth only: 2",
        "answer only: 1",
    ]


@pytest.mark.parametrize(
    ("truth", "answer", "message"),
    [
        ([[0, 1]], [[0], [1]], "same shape"),
        ([0, 1], [0, 1], "same shape"),
        ([[0, 2]], [[0, 1]], "0 and 1 only"),
    ],
)
def test_overlap_refuses_other_masks(truth, answer, message):
    with pytest.raises(ValueError, match=message):
        figures.mask_overlap(truth, answer)


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_u_shape_names_every_level(depth):
    found = words(figures.u_shape((64, 32, 1), classes=5, filters=4, depth=depth))
    for level in range(depth):
        shape = f"{64 >> level} × {32 >> level} × {4 << level}"
        assert found.count(shape) == 2
    assert found.count(f"{64 >> depth} × {32 >> depth} × {4 << depth}") == 1
    assert found.count("copy") == found.count("halve") == found.count("double") == depth
    assert {"64 × 32 × 1", "64 × 32 × 5"} <= set(found)


def test_u_shape_is_that_of_the_network():
    from companion import models

    shapes = {
        " × ".join(map(str, layer.output.shape[1:])) for layer in models.u_net().layers
    }
    found = {word for word in words(figures.u_shape()) if "×" in word}
    assert found <= shapes


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"depth": 5}, "depth"),
        ({"filters": 0}, "filters"),
        ({"classes": 1}, "classes"),
        ({"input_shape": (20, 96, 1)}, "multiples of 8, got 20 and 96"),
    ],
)
def test_u_shape_refuses_what_can_not_be_drawn(settings, message):
    with pytest.raises(ValueError, match=message):
        figures.u_shape(**settings)
