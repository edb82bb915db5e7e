import numpy as np
import pytest

from companion import figures

STRIPS = np.zeros((2, 8, 16, 3))
LANES = {"by hand": np.ones((2, 2, 2)), "Hough": np.full((2, 2, 2), 5.0)}


def test_the_circle_is_where_three_curves_meet():
    fig = figures.hough_votes([(1, 5), (3, 3), (5, 1), (5, 4)])
    left, right = fig.axes
    theta, rho = (line[0] for line in right.lines[-1].get_data())
    assert theta == 45
    assert rho == pytest.approx(6 / np.sqrt(2))
    assert [text.get_text() for text in left.texts[-4:]] == list("ABCD")
    assert len(right.lines) == 5


def test_each_strip_has_points_and_lines():
    fig = figures.lane_panels(STRIPS, LANES, ["a", "b"], rows=[2, 6])
    assert len(fig.axes) == 2
    assert [len(ax.lines) for ax in fig.axes] == [4, 4]
    names = [text.get_text() for text in fig.legends[0].get_texts()]
    assert names == ["by hand", "Hough"]


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: figures.hough_votes([(1, 2), (2, 3)]), r"3 to 7 pairs .*\(2, 2\)"),
        (
            lambda: figures.lane_panels(STRIPS, LANES, ["a"], rows=[2, 6]),
            "got 1 titles and 2 methods",
        ),
        (
            lambda: figures.lane_panels(STRIPS, LANES, ["a", "b"], rows=[2]),
            r"must have shape \(2, 2, 1\), got \(2, 2, 2\)",
        ),
    ],
)
def test_what_cannot_be_drawn_is_told(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()
