"""companion/figures/diagrams.py and grids.py: what the drawings say is true."""

import numpy as np
import pytest

from companion import figures


def texts(fig):
    return [text.get_text() for ax in fig.axes for text in ax.texts if text.get_text()]


def test_learning_loop_names_its_four_parts():
    assert {"images", "labels", "model", "loss", "optimizer"} <= set(
        texts(figures.learning_loop())
    )


def test_neuron_has_an_input_for_each_weight_and_one_for_the_bias():
    found = texts(figures.neuron(["a", "b", "c"], ["u", "v", "w"]))
    assert {"a", "b", "c", "1", "u", "v", "w"} <= set(found)
    with pytest.raises(ValueError, match="got 2 inputs and 1 weights"):
        figures.neuron(["a", "b"], ["u"])


@pytest.mark.parametrize(("w", "x", "b"), [(2, 3, -4), (1, 2, 5), (2, 1, -4)])
def test_gates_show_values_and_derivatives(w, x, b):
    def f(w, x, b):
        return max(w * x + b, 0) * w

    found = [text.replace("−", "-") for text in texts(figures.gates(w, x, b))]
    slope = (f(w + 1e-6, x, b) - f(w - 1e-6, x, b)) / 2e-6
    (total,) = [text for text in found if "=" in text]
    assert float(total.partition("= ")[2]) == pytest.approx(slope, abs=1e-4)
    assert f"{f(w, x, b):g}" in found
    by_b = (f(w, x, b + 1e-6) - f(w, x, b - 1e-6)) / 2e-6
    assert f"{round(by_b, 4):g}" in found


def test_gates_refuse_what_is_no_number():
    with pytest.raises(ValueError, match="x must be"):
        figures.gates(1, float("nan"), 2)


def test_layers_draw_at_most_what_is_shown():
    fig = figures.layers([2, 8, 1], ["in", "between", "out"], shown=4)
    assert texts(fig)[-2:] == ["1", "out"]
    assert "⋮" in texts(fig)
    assert len(fig.axes[0].patches) == 2 + 3 + 1
    assert len(fig.axes[0].lines) == 2 * 3 + 3 * 1
    with pytest.raises(ValueError, match="got 2 sizes and 1 names"):
        figures.layers([2, 3], ["in"])
    with pytest.raises(ValueError, match="a layer's size"):
        figures.layers([2, 0], ["in", "out"])


def test_unrolled_rnn_hands_on_a_state_at_each_step():
    found = texts(figures.unrolled_rnn(4))
    assert found.count("cell") == 5
    assert {"x₁", "x₄", "h₀", "h₄"} <= set(found)


def test_attention_draws_the_weights_as_widths():
    fig = figures.attention([0.7, 0.2, 0.1])
    widths = [line.get_linewidth() for line in fig.axes[0].lines[1::2]]
    assert np.diff(widths)[0] < np.diff(widths)[1] < 0
    assert {"0.7", "0.2", "0.1"} <= set(texts(fig))
    for wrong in ([0.7, 0.7], [], [-0.5, 1.5]):
        with pytest.raises(ValueError, match="with sum 1"):
            figures.attention(wrong)


def test_sliding_kernel_computes_the_map_and_writes_out_one_place():
    image = np.arange(12).reshape(3, 4)
    kernel = np.array([[1, 0], [-2, 1]])
    fig = figures.sliding_kernel(image, kernel, at=(1, 2))
    want = [
        f"{(image[r : r + 2, c : c + 2] * kernel).sum():g}".replace("-", "−")
        for r in range(2)
        for c in range(3)
    ]
    found = texts(fig)
    start = found.index("kernel") + 1
    assert found[start : start + 6] == want
    assert found[-1] == "6·1 + 7·0 + 10·(−2) + 11·1 = −3"


@pytest.mark.parametrize(
    ("image", "kernel", "at", "hint"),
    [
        (np.ones((3, 3)), np.ones((2, 3)), (0, 0), "a square kernel, got shapes"),
        (np.ones((3, 3)), np.ones((4, 4)), (0, 0), "4×4 kernel does not fit"),
        (np.ones((3, 3)), np.ones((2, 2)), (2, 0), "row must be"),
        (np.full((3, 3), np.nan), np.ones((2, 2)), (0, 0), "image must be finite"),
    ],
)
def test_sliding_kernel_refuses(image, kernel, at, hint):
    with pytest.raises(ValueError, match=hint):
        figures.sliding_kernel(image, kernel, at)


def test_max_pooling_keeps_the_largest_of_each_window():
    numbers = np.array([[1, 3, 0, 2], [4, 2, 1, 0]])
    assert texts(figures.max_pooling(numbers))[-2:] == ["4", "2"]
    with pytest.raises(ValueError, match="multiples of 2, got shape"):
        figures.max_pooling(np.ones((3, 4)))


def test_connections_count_their_weights():
    fig = figures.connections(5, 2)
    assert [ax.get_title() for ax in fig.axes] == [
        "20 weights",
        "8 weights",
        "2 weights",
    ]
    drawn = [len(ax.lines) - 2 for ax in fig.axes]  # less pixels and outputs
    assert drawn == [20, 8, 8]
    shared = {line.get_color() for line in fig.axes[2].lines[:-2]}
    assert len(shared) == 2
    assert len({line.get_color() for line in fig.axes[1].lines[:-2]}) == 1
    with pytest.raises(ValueError, match="inputs must be at least 1, got 0"):
        figures.connections(0)
    for inputs, reach in ((3, 4), (9, 8)):  # there are seven colors
        with pytest.raises(ValueError, match="reach must be"):
            figures.connections(inputs, reach)


def test_shared_connections_of_one_color_are_parallel():
    shared = figures.connections(6, 2).axes[2]
    slopes = {}
    for line in shared.lines[:-2]:
        x0, x1 = line.get_xdata()
        slopes.setdefault(line.get_color(), set()).add(x1 - x0)
    assert sorted(map(tuple, slopes.values())) == [(-0.5,), (0.5,)]


def test_frozen_features_name_both_parts_and_the_sizes():
    found = texts(figures.frozen_features(12, 3))
    assert {"pretrained, frozen", "new, trained", "12 numbers"} <= set(found)
    assert "one of 3 topics" in found
    with pytest.raises(ValueError, match="classes must be at least 1, got 0"):
        figures.frozen_features(12, 0)
