import numpy as np
import pytest

from companion import figures

IMAGE = np.array([[1, 2, 0], [0, 1, 3], [2, 0, 1]])
KERNEL = np.array([[1, -1], [2, 0]])
NAMES = ("x1", "w", "x2", "a", "c", "s", "h", "loss")
VALUES = dict(zip(NAMES, (3, 2, -1, 6, -2, 4, 4, 20)))
SLOPES = dict(zip(NAMES, (10, 11, 12, 5, 5, 5, 5, 1)))


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_every_position_of_the_kernel_is_a_panel():
    fig = figures.convolution_steps(IMAGE, KERNEL)
    shown = {ax.get_title(): texts(ax) for ax in fig.axes}
    assert shown["kernel w"] == ["1", "−1", "2", "0"]
    assert shown["output z"] == ["−1", "4", "3", "−2"]
    assert "1·1 + 2·(−1) + 0·2 + 1·0 = −1" in shown
    assert "1·1 + 3·(−1) + 0·2 + 1·0 = −2" in shown
    windows = [
        (patch.get_x() + 0.5, patch.get_y() + 0.5)
        for ax in fig.axes
        for patch in ax.patches
        if patch.get_linewidth() == 3
    ]
    assert windows == [(0, 0), (1, 0), (0, 1), (1, 1)]


def test_both_passes_stand_on_the_graph():
    (ax,) = figures.graph_values(VALUES, SLOPES).axes
    shown = texts(ax)
    for value in ("x₁ = 3", "w = 2", "x₂ = −1", "a = 6", "c = −2", "ℓ = 20"):
        assert value in shown
    assert {"10", "11", "12"} <= set(shown)
    assert [s for s in shown if s in ("×", "+", "max", "×5")] == [
        "×",
        "×",
        "+",
        "max",
        "×5",
    ]


def test_what_goes_forward_stands_above_what_comes_back():
    (ax,) = figures.two_passes().axes
    height = {text.get_text(): text.get_position()[1] for text in ax.texts}
    row = height["convolution"]
    for value, slope in (("z", "∂ℓ/∂z"), ("a", "∂ℓ/∂a"), ("logits", "p − y")):
        assert height[value] > row > height[slope]
    assert {"x", "ℓ", "∂ℓ/∂x", "∂ℓ/∂w, ∂ℓ/∂b", "∂ℓ/∂W, ∂ℓ/∂b", "1"} <= set(height)
    arrows = [text.arrow_patch for text in ax.texts if hasattr(text, "arrow_patch")]
    colors = [patch.get_edgecolor() for patch in arrows]
    assert sorted(map(colors.count, set(colors))) == [8, 9], "the label has no way back"


def test_receptive_fields_are_boxes_of_their_size():
    gradient = np.arange(81.0).reshape(9, 9)
    fig = figures.receptive_fields(
        np.zeros((9, 9)), {"conv1": (3, 3), "pool1": (2, 4)}, gradient
    )
    left, right = fig.axes[:2]
    boxes = [(p.get_x(), p.get_width(), p.get_linestyle()) for p in left.patches]
    assert boxes == [(2.5, 3, "-"), (1.5, 4, "--")]
    assert np.array_equal(right.images[0].get_array(), gradient)
    assert left.get_ylabel() == right.get_ylabel() == "row (pixels)"


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: figures.convolution_steps(IMAGE, np.eye(4)), r"got \(4, 4\) on"),
        (lambda: figures.convolution_steps(np.eye(5), KERNEL), "1 to 9 positions"),
        (lambda: figures.convolution_steps(IMAGE[None], KERNEL), r"got \(1, 3, 3\)"),
        (lambda: figures.convolution_steps(IMAGE * np.nan, KERNEL), "must be finite"),
        (lambda: figures.graph_values({}, SLOPES), "values must name.*got \\[\\]"),
        (lambda: figures.graph_values(VALUES, {"w": 1}), r"slopes must.*got \['w'\]"),
        (
            lambda: figures.graph_values(VALUES | {"w": np.inf}, SLOPES),
            "must be finite",
        ),
        (
            lambda: figures.receptive_fields(np.zeros((2, 2)), {}, np.zeros((3, 3))),
            r"got \(2, 2\) and \(3, 3\)",
        ),
        (
            lambda: figures.receptive_fields(
                np.zeros((2, 2)), dict.fromkeys("abcdefgh", (0, 1)), np.zeros((2, 2))
            ),
            "at most 7 runs",
        ),
    ],
)
def test_what_cannot_be_drawn_is_told(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()
