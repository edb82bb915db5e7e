"""companion/figures/faces.py: what is drawn."""

import numpy as np
import pytest

from companion import figures


def test_integral_image_writes_sums_and_the_four_corners():
    image = np.arange(12).reshape(3, 4)
    fig = figures.integral_image(image, (1, 1, 3, 3))
    texts = [text.get_text() for text in fig.axes[0].texts]
    assert texts[-1] == f"45 − 3 − 12 + 0 = {image[1:3, 1:3].sum()}"
    assert {"image", "integral image", "66"} <= set(texts)


@pytest.mark.parametrize(
    ("image", "rectangle", "message"),
    [
        (np.ones(3), (0, 0, 1, 1), "image must have shape"),
        (np.ones((3, 3)), (2, 0, 2, 1), "bottom must be"),
        (np.ones((3, 3)), (0, 0, 1, 4), "right must be"),
    ],
)
def test_integral_image_wants_a_rectangle_in_a_matrix(image, rectangle, message):
    with pytest.raises(ValueError, match=message):
        figures.integral_image(image, rectangle)


def test_windows_are_colored_by_what_they_are():
    pixels = np.linspace(0, 1, 600).reshape(20, 30)
    boxes = [[0, 0, 9, 9], [5, 5, 9, 9]]
    panels = {"before": (boxes, [False, True]), "after": ([], [])}
    fig = figures.windows_on_photograph(pixels, panels, [[1, 1, 9, 9]])
    before, after = fig.axes
    assert [ax.get_title() for ax in fig.axes] == ["before", "after"]
    assert len(before.patches) == 3
    assert len(after.patches) == 1
    colors = {patch.get_edgecolor() for patch in before.patches}
    assert len(colors) == 3
    assert before.images[0].get_array().shape == (20, 30)
    small = figures.windows_on_photograph(pixels, panels, [], side=10)
    assert small.axes[0].images[0].get_array().shape == (6, 10)


def test_wrong_windows():
    with pytest.raises(ValueError, match="1 boxes and 0 hits"):
        figures.windows_on_photograph(np.ones((9, 9)), {"x": ([[0, 0, 1, 1]], [])}, [])
    with pytest.raises(ValueError, match="pixels must have shape"):
        figures.windows_on_photograph(np.ones(9), {}, [])
