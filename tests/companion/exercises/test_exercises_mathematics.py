import numpy as np
import pytest

from companion.exercises import WrongAnswerError, mathematics


def rejects(check, answer, hint):
    with pytest.raises(WrongAnswerError, match=hint):
        check(answer)


RIGHT = {"w": 0, "bias": 676, "corner": 1, "center": 9, "pooled": 169}


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ({"w": -5}, "w: -5 is not.*max hands all"),
        ({"bias": 1}, "bias: 1 is not.*at every position"),
        ({"bias": 784}, "count the positions"),
        ({"corner": 9}, "no window but one"),
        ({"corner": 4}, "count its windows"),
        ({"center": 1}, "in several windows"),
        ({"pooled": 676}, "only the largest"),
        ({"pooled": 4}, "count the windows"),
        ({"more": 1}, "expected predictions named"),
    ],
)
def test_gradient_predictions_rejects(change, hint):
    rejects(mathematics.check_gradient_predictions, RIGHT | change, hint)


def test_gradient_predictions_accepts(capsys):
    mathematics.check_gradient_predictions(RIGHT | {"bias": np.float64(676)})
    mathematics.check_gradient_predictions(RIGHT | {"center": ...})
    first, second = capsys.readouterr().out.splitlines()
    assert first == "✓ right: all 5 predictions"
    assert second.startswith("not answered yet")


@pytest.mark.parametrize(
    ("stack", "hint"),
    [
        ([(5, 1)], "kernels are 1, 2 or 3"),
        ([(3, 3)], "strides 1 or 2"),
        ([(3, 1)] * 6, "got 6; early strides"),
        ([], "got 0"),
        ([(3, 2), (3, 1)], "sees 7 pixels.*single pixel"),
        ([(2, 2), (3, 1)], "sees 6 pixels.*doubles"),
        ([3, 3], "type or the shape"),
    ],
)
def test_stack_rejects(stack, hint):
    rejects(mathematics.check_stack, stack, hint)


def test_stack_accepts(capsys):
    mathematics.check_stack([(2, 2), (2, 2), (3, 2), (3, 1)])
    mathematics.check_stack(((2, 1), (3, 2), (3, 2), (2, 2), (3, 1)))
    assert capsys.readouterr().out.count("layers see 28 × 28 pixels") == 2


def spread(gradient, size):
    return gradient.repeat(size, 1).repeat(size, 2)


def only_first(gradient, size):
    n, h, w, c = gradient.shape
    result = np.zeros((n, h * size, w * size, c))
    result[:, ::size, ::size] = gradient
    return result


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (spread, "a share of 1 / 4"),
        (lambda g, size: spread(g, size) / size, "2 × 2 values, not 2"),
        (only_first, "every input of the window"),
        (lambda g, size: np.tile(g, (1, size, size, 1)) / size**2, "np.repeat each"),
        (lambda g, size: spread(g, size) * 0, "the mean of its window"),
        (lambda g, size: g, r"shape \(2, 3, 4, 2\), expected \(2, 6, 8, 2\)"),
    ],
)
def test_average_pool_backward_rejects(answer, hint):
    rejects(mathematics.check_average_pool_backward, answer, hint)


def test_average_pool_backward_accepts(capsys):
    mathematics.check_average_pool_backward(lambda g, p: spread(g, p) / p**2)
    mathematics.check_average_pool_backward(
        lambda g, p: np.kron(g, np.ones((1, p, p, 1))) / p**2
    )
    assert capsys.readouterr().out.count("✓") == 2


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (
            lambda x, w, g: (g @ w, x.T @ g, g.sum(0)),
            "of the inputs is wrong.*transpos",
        ),
        (lambda x, w, g: (g @ w.T, x.T @ g / len(x), g.sum(0)), "of the weights"),
        (lambda x, w, g: (g @ w.T, x.T @ g, g.mean(0)), "of the bias"),
        (lambda x, w, g: (g @ w.T, g.T @ x, g.sum(0)), "of the weights"),
    ],
)
def test_dense_backward_rejects(answer, hint):
    rejects(mathematics.check_dense_backward, answer, hint)


def test_dense_backward_says_that_a_square_matrix_hides_a_transpose():
    def answer(x, w, g):
        return (g @ (w.T if w.shape[0] == w.shape[1] else w), x.T @ g, g.sum(0))

    rejects(mathematics.check_dense_backward, answer, "shapes do not fit.*square")


def test_dense_backward_accepts(capsys):
    mathematics.check_dense_backward(lambda x, w, g: (g @ w.T, x.T @ g, g.sum(0)))
    assert "all 3 gradients" in capsys.readouterr().out
