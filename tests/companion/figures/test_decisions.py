import numpy as np
import pytest

from companion import figures

X = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0], [1.0, 2.0]])
Y = np.array([0, 1, 0, 1])
NAMES = ["one", "eight"]


def right_half(points):
    return points[:, 0] > 0.5


def test_each_model_has_a_panel_whose_background_is_its_answer():
    models = {
        "examples": None,
        "half": right_half,
        "unsure": lambda p: 0 * p[:, 0] + 0.5,
    }
    fig = figures.decision_panels(models, X, Y, NAMES)
    panels = [ax for ax in fig.axes if ax.get_title()]
    assert [ax.get_title() for ax in panels] == list(models)
    examples, half, unsure = panels
    assert not examples.images
    answer = half.images[0].get_array()
    assert set(np.unique(answer)) == {0, 1}
    assert not answer[:, 0].any()
    assert answer[:, -1].all()
    assert (unsure.images[0].get_array() == 0.5).all()


def test_up_is_the_second_measurement():
    fig = figures.decision_panels({"upper": lambda p: p[:, 1] > 1}, X, Y, NAMES)
    image = fig.axes[0].images[0]
    assert image.origin == "lower"
    assert image.get_array()[-1].all()
    assert not image.get_array()[0].any()


def test_points_are_drawn_by_class_and_lie_inside():
    fig = figures.decision_panels(
        {"half": right_half}, X, Y, NAMES, axes_names=("width", "lean")
    )
    (ax,) = fig.axes
    for label, line in enumerate(ax.lines):
        assert np.array_equal(line.get_xydata(), X[label == Y])
        assert line.get_label() == NAMES[label]
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    assert left < 0 < 1 < right
    assert low < 0 < 2 < high
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("width", "lean")
    assert [t.get_text() for t in fig.legends[0].get_texts()] == NAMES


def test_rings_mark_the_examples_asked_for():
    rings = np.array([True, False, False, True])
    fig = figures.decision_panels(
        {"a": right_half, "b": right_half}, X, Y, NAMES, ringed={"b": rings}
    )
    first, second = fig.axes
    assert len(first.lines) == 2
    assert np.array_equal(second.lines[2].get_xydata(), X[rings])


def test_panels_that_do_not_fill_a_row_leave_no_empty_frame():
    fig = figures.decision_panels(
        dict.fromkeys("abcd", right_half), X, Y, NAMES, columns=3
    )
    assert [ax.axison for ax in fig.axes] == [True] * 4 + [False] * 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": X[:, :1]}, r"x must have shape \(N, 2\)"),
        ({"x": X[:0], "y": Y[:0]}, r"x must have shape \(N, 2\)"),
        ({"x": np.full((4, 2), np.nan)}, "x"),
        ({"y": Y[:3]}, "y"),
        ({"y": Y + 1}, "y"),
        ({"names": ["one"]}, "got 1 and 2"),
        ({"axes_names": ["a", "b", "c"]}, "got 2 and 3"),
        ({"models": {}}, "at least one"),
        ({"columns": 0}, "columns"),
        ({"ringed": {"half": [1, 0, 1, 0]}}, "4 truth values"),
        ({"ringed": {"half": np.array([True])}}, "4 truth values"),
        ({"models": {"half": lambda p: p[:, 0] + 7}}, "numbers from 0 to 1"),
        ({"models": {"half": lambda p: p}}, "the answers of half must be 8100"),
        ({"models": {"half": lambda p: np.nan * p[:, 0]}}, "the answers of half"),
    ],
)
def test_what_does_not_fit_is_refused(change, message):
    settings = {"models": {"half": right_half}, "x": X, "y": Y, "names": NAMES}
    settings |= change
    with pytest.raises(ValueError, match=message):
        figures.decision_panels(settings.pop("models"), **settings)
