import numpy as np
import pytest
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
