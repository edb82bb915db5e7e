import dataclasses

import numpy as np
import pytest
import running
from cells import code, notebook
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from companion import figures, models
from companion.evaluation import calibration
from companion.training import ARTICLE, History


def history(validation=True):
    return History(
        recipe=ARTICLE,
        seed=0,
        step=(10, 20, 30),
        loss=(1.0, 0.5, 0.2),
        accuracy=(0.5, 0.8, 0.9),
        epoch=(30,) if validation else (),
        val_loss=(0.3,) if validation else (),
        val_accuracy=(0.88,) if validation else (),
        seconds=1,
        cpu_seconds=2,
    )


def line(ax, label):
    return next(x for x in ax.get_lines() if x.get_label() == label)


def test_training_curves_draw_loss_and_error():
    fig = figures.training_curves({"a": history(), "b": history(validation=False)})
    left, right = fig.axes
    assert line(left, "a").get_xydata().tolist() == [[10, 1], [20, 0.5], [30, 0.2]]
    assert line(right, "b").get_ydata() == pytest.approx([50, 20, 10])
    assert line(right, "a, validation").get_ydata() == pytest.approx([12])
    assert len(right.get_lines()) == 3


def test_learning_rates_draw_a_line_from_step_0():
    (ax,) = figures.learning_rates({"rise": [0, 0.1, 0.2], "flat": [0.1, 0.1]}).axes
    assert line(ax, "rise").get_xydata().tolist() == [[0, 0], [1, 0.1], [2, 0.2]]
    assert line(ax, "flat").get_xydata().tolist() == [[0, 0.1], [1, 0.1]]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("step", "learning rate")
    assert [text.get_text() for text in ax.get_legend().texts] == ["rise", "flat"]


def test_confusion_matrix_writes_every_count_but_colors_mistakes():
    fig = figures.confusion_matrix([[90, 3], [0, 80]], ["cat", "dog"])
    ax = fig.axes[0]
    assert {text.get_text(): text.get_position() for text in ax.texts} == {
        "90": (0, 0),
        "3": (1, 0),  # column, row
        "80": (1, 1),
    }
    assert ax.images[0].get_array().tolist() == [[0, 3], [0, 0]]
    assert ax.get_ylabel() == "true class"
    with pytest.raises(ValueError, match=r"shape \(3, 3\).*got \(2, 2\)"):
        figures.confusion_matrix([[1, 0], [0, 1]], ["a", "b", "c"])


def test_image_grid_draws_each_image_once():
    images = np.arange(5 * 4 * 4).reshape(5, 4, 4, 1)
    fig = figures.image_grid(images, [f"n{i}" for i in range(5)], columns=3)
    shown = [ax for ax in fig.axes if ax.images]
    assert [ax.get_title() for ax in shown] == ["n0", "n1", "n2", "n3", "n4"]
    assert np.array_equal(shown[4].images[0].get_array(), images[4, ..., 0])
    assert len(fig.axes) == 6


def test_reading_orders_shows_one_window_and_rows_that_hand_on_their_state():
    image = np.random.default_rng(0).random((28, 28, 1))
    fig = figures.reading_orders(image, size=5)
    left, right = fig.axes
    windows = [(p.get_width(), p.get_height()) for p in left.patches]
    assert windows.count((5, 5)) == 3
    assert np.array_equal(left.images[0].get_array(), image[..., 0])
    rows = [p for p in right.patches if getattr(p, "get_height", lambda: 0)() == 1]
    numbers = [int(row.get_y() + 1.5) for row in rows]
    said = {text.get_text() for text in right.texts}
    below = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
    for number in numbers:
        name = str(number).translate(below)
        assert {f"x{name}", f"h{name}"} <= said
    assert len(numbers) == 3


@pytest.mark.parametrize("shape", [(28,), (28, 28, 3), (7, 28), (2, 28, 28)])
def test_reading_orders_refuses_other_shapes(shape):
    with pytest.raises(ValueError, match="image must have shape"):
        figures.reading_orders(np.zeros(shape))


def test_reading_orders_refuses_a_window_that_does_not_fit():
    with pytest.raises(ValueError, match="size"):
        figures.reading_orders(np.zeros((10, 28)), size=6)
    with pytest.raises(ValueError, match="finite"):
        figures.reading_orders(np.full((28, 28), np.nan))


@pytest.mark.parametrize(
    "titles", [[7, 8], np.array([7, 8]), np.array(["7", "8"]), ("7", "8")]
)
def test_labels_are_titles(titles):
    fig = figures.image_grid(np.zeros((2, 4, 4)), titles)
    assert [ax.get_title() for ax in fig.axes] == ["7", "8"]


def test_images_share_one_scale_of_gray():
    x = np.linspace(0, 1, 16).reshape(1, 4, 4)
    fig = figures.image_grid(np.concatenate([x, 0.02 * x, np.full_like(x, 0.5)]))
    limits = [ax.images[0].get_clim() for ax in fig.axes]
    assert limits == [(0, 1)] * 3
    fig = figures.image_grid(np.full((1, 4, 4), 128, "uint8"))
    assert fig.axes[0].images[0].get_clim() == (0, 255)
    fig = figures.image_grid(np.array([[[-1.0, 0.5]]]))
    assert fig.axes[0].images[0].get_clim() == (-1, 1)


def test_the_picture_beside_feature_maps_has_the_same_scale():
    maps = {"conv1": np.ones((6, 6, 3))}
    fig = figures.feature_maps(np.full((8, 8), 0.5), maps, channels=2)
    assert fig.axes[0].images[0].get_clim() == (0, 1)


def test_shares_are_written_with_two_digits():
    fig = figures.confusion_matrix([[2 / 3, 1 / 3], [0, 1]], ["a", "b"])
    assert {text.get_text() for text in fig.axes[0].texts} == {"0.67", "0.33", "1.00"}
    fig = figures.confusion_matrix(np.diag([0.5, 1.0]), [3, 5])
    assert {label.get_text() for label in fig.axes[0].get_xticklabels()} == {"3", "5"}


def test_text_over_a_picture_keeps_its_color():
    fig = figures.confusion_matrix([[90, 3], [0, 80]], ["cat", "dog"])
    assert {text.get_color() for text in fig.axes[0].texts} == {figures.ON_LIGHT}


MAPS = {"a": np.ones((2, 2, 1))}


def broken(values):
    values = np.array(values, float)
    values.flat[0] = np.nan
    return values


@pytest.mark.parametrize(
    "draw",
    [
        lambda: figures.image_grid(broken(np.zeros((2, 4, 4)))),
        lambda: figures.filters(broken(np.zeros((3, 3, 1, 2)))),
        lambda: figures.feature_maps(
            broken(np.zeros((4, 4))), {"a": np.ones((2, 2, 1))}
        ),
        lambda: figures.feature_maps(
            np.zeros((4, 4)), {"a": broken(np.ones((2, 2, 1)))}
        ),
        lambda: figures.confusion_matrix(broken(np.eye(2)), "ab"),
        lambda: figures.cost_accuracy({"a": [(np.nan, 1)]}, reference="a", xlabel=""),
        lambda: figures.learning_rates({"a": [0.1, np.nan]}),
        lambda: figures.training_curves(
            {"a": dataclasses.replace(history(), val_loss=(np.nan,))}
        ),
    ],
)
def test_what_is_not_finite_is_not_drawn(draw):
    with pytest.raises(ValueError, match=r"must be finite, got 1 of"):
        draw()


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (
            lambda x: figures.image_grid(x, columns=0),
            "columns must be at least 1, got 0",
        ),
        (lambda x: figures.image_grid(x, size=0), "size must be positive, got 0"),
        (lambda x: figures.image_grid(x[:0]), r"got \(0, 4, 4\)"),
        (
            lambda x: figures.filters(x[..., None], columns=0),
            "columns must be at least",
        ),
        (lambda x: figures.feature_maps(x[0], {}), "at least one layer"),
        (
            lambda x: figures.feature_maps(x, {"a": np.ones((2, 2, 1))}),
            r"got \(2, 4, 4",
        ),
        (lambda x: figures.confusion_matrix([], []), "at least one class"),
        (lambda x: figures.confusion_matrix([[-1]], "a"), "not be negative, got -1"),
        (lambda x: figures.subplots(0, 3), "width must be positive, got 0"),
    ],
)
def test_natural_mistakes_are_told(draw, message):
    with pytest.raises(ValueError, match=message):
        draw(np.zeros((2, 4, 4)))


def test_figures_are_stored_as_svg_with_texts(tmp_path):
    import io

    fig, ax = figures.subplots(3, 2)
    ax.set(title="loss")
    files = []
    for _ in range(2):
        file = io.StringIO()
        fig.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
        files.append(file.getvalue())
    assert ">loss</text>" in files[0]
    assert files[0] == files[1]


def test_notebooks_store_svg_whatever_was_drawn_before(tmp_path):
    chapter = notebook(
        code("a", "import matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()"),
        code(
            "b", "from companion import figures\nfig, ax = figures.subplots(3, 2)\nfig"
        ),
    )
    fresh = running.execute(chapter, tmp_path, keep_going=True)
    (output,) = fresh.cells[1].outputs
    assert set(output["data"]) == {"image/svg+xml", "text/plain"}
    assert "<dc:date>" not in output["data"]["image/svg+xml"]


def test_image_grid_of_a_single_image():
    assert len(figures.image_grid(np.zeros((1, 4, 4))).axes) == 1


@pytest.mark.parametrize(
    ("images", "titles", "message"),
    [
        (np.zeros((4, 4)), (), r"got \(4, 4\)"),
        (np.zeros((2, 4, 4, 3)), (), r"got \(2, 4, 4, 3\)"),
        (np.zeros((2, 4, 4)), ["one"], "got 1 titles for 2 images"),
    ],
)
def test_image_grid_names_a_wrong_argument(images, titles, message):
    with pytest.raises(ValueError, match=message):
        figures.image_grid(images, titles)


def test_filters_share_one_scale_around_zero():
    kernels = np.random.default_rng(0).normal(size=(3, 3, 2, 10))
    fig = figures.filters(kernels, columns=4)
    shown = [ax.images[0] for ax in fig.axes if ax.images]
    assert len(shown) == 10
    assert np.array_equal(shown[7].get_array(), kernels[:, :, 0, 7])
    assert {image.get_clim() for image in shown} == {
        (-np.abs(kernels[:, :, 0]).max(), np.abs(kernels[:, :, 0]).max())
    }
    with pytest.raises(ValueError, match=r"got \(3, 3\)"):
        figures.filters(np.zeros((3, 3)))


def test_feature_maps_put_a_layer_in_a_row():
    maps = {"conv1": np.ones((6, 6, 3)), "pool1": np.zeros((3, 3, 12))}
    fig = figures.feature_maps(np.zeros((8, 8, 1)), maps, channels=4)
    assert len(fig.axes) == 10
    shown = [len(ax.images) for ax in fig.axes]
    assert shown == [1, 1, 1, 1, 0, 1, 1, 1, 1, 1]
    assert fig.axes[5].get_title() == "pool1\n3 × 3 × 12"
    with pytest.raises(ValueError, match=r"maps\['x'\] must have shape .* got \(2,\)"):
        figures.feature_maps(np.zeros((8, 8)), {"x": np.zeros(2)})


def test_reliability_names_the_error():
    curve = calibration([0, 1], [[0.9, 0.1], [0.9, 0.1]])
    left, right = figures.reliability({"net": curve}).axes
    drawn = line(left, "net, ECE 40.00%")
    assert drawn.get_xydata().tolist() == [[0.9, 0.5]]
    assert right.get_lines()[0].get_ydata().tolist() == [2]


def test_cost_accuracy_draws_mean_and_deviation_over_seeds():
    points = {"ref": [(4.0, 0.98), (6.0, 0.99)], "one": [(1.0, 0.95)]}
    fig = figures.cost_accuracy(points, reference="ref", xlabel="cost (s)")
    ax = fig.axes[0]
    (ref, one) = ax.containers
    assert ref.lines[0].get_xydata().tolist() == [[5.0, pytest.approx(1.5)]]
    assert one.lines[0].get_xydata().tolist() == [[1.0, pytest.approx(5.0)]]
    low, high = ref.lines[2][0].get_segments()[0][:, 1]
    assert high - low == pytest.approx(2 * np.std([1, 2], ddof=1))
    assert ref.lines[0].get_marker() == "*"
    assert {text.get_text() for text in ax.texts} == {"ref", "one"}
    with pytest.raises(ValueError, match=r"one of \['ref', 'one'\], got 'none'"):
        figures.cost_accuracy(points, reference="none", xlabel="")


def test_network_draws_a_block_per_layer():
    costs = models.layer_costs(models.article_cnn())
    ax = figures.network(costs, (28, 28, 1)).axes[0]
    assert len(ax.patches) == len(costs) + 1
    texts = [text.get_text() for text in ax.texts]
    assert "26×26×32" in texts
    assert "conv1" in texts
    left = [patch.get_x() for patch in ax.patches]
    assert left == sorted(left)


def test_too_many_runs_are_refused():
    with pytest.raises(ValueError, match="at most 7 runs, got 8"):
        figures.training_curves({str(i): history() for i in range(8)})


def test_figures_are_white_and_unknown_to_pyplot():
    import matplotlib.pyplot as plt

    before = plt.get_fignums()
    fig = figures.image_grid(np.zeros((2, 4, 4)))
    assert isinstance(fig, Figure)
    assert to_rgb(fig.get_facecolor()) == (1, 1, 1)
    assert plt.get_fignums() == before


def test_colors_are_told_apart_in_gray():
    gray = [np.dot(to_rgb(c), (0.299, 0.587, 0.114)) for c in figures.COLORS[:3]]
    assert len(set(np.round(gray, 2))) == 3


def test_plain_ticks_are_plain_numbers():
    _, ax = figures.subplots(3, 2)
    ax.set(yscale="log", ylim=(0.8, 60))
    figures.plain_ticks(ax.yaxis)
    ax.figure.canvas.draw()
    shown = [label.get_text() for label in ax.get_yticklabels()]
    assert {"1", "2", "5", "10", "20", "50"} <= set(shown)
    assert not ax.yaxis.get_minorticklocs().size
