from math import ceil

import numpy as np
import pytest

from companion.exercises import WrongAnswerError, mathematics


def rejects(check, answer, hint):
    with pytest.raises(WrongAnswerError, match=hint):
        check(answer)


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def one_hot(z, y):
    return np.eye(z.shape[1])[y]


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda n, k, s, p: (n + 2 * p - k) / s + 1, "round down with //"),
        (lambda n, k, s, p: (n + 2 * p - k) // s, "count the first position"),
        (lambda n, k, s, p: (n + p - k) // s + 1, "on both sides"),
        (lambda n, k, s, p: n + 2 * p - k + 1, "every s-th position"),
        (lambda n, k, s, p: (n - k) // s + 1, "enlarges the input"),
        (lambda n, k, s, p: ceil((n + 2 * p - k) / s) + 1, "a last, short step"),
        (lambda n, k, s, p: 7, r"\(28, 3, 1, 0\) gave 7, expected 26; count how many"),
    ],
)
def test_output_size_rejects(answer, hint):
    rejects(mathematics.check_output_size, answer, hint)


def test_output_size_accepts(capsys):
    mathematics.check_output_size(lambda n, k, s, p: (n + 2 * p - k) // s + 1)
    mathematics.check_output_size(lambda n, k, s, p: np.int64((n + 2 * p - k) // s + 1))
    assert capsys.readouterr().out.count("✓ right: output_size") == 2


def field(layers, start=1, late=False):
    size, step = start, 1
    for kernel, stride in layers:
        step *= stride if late else 1
        size += (kernel - 1) * step
        step *= 1 if late else stride
    return size


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda layers: 1 + sum(k - 1 for k, _ in layers), "widens every later step"),
        (lambda layers: field(layers, late=True), "a layer's own stride"),
        (lambda layers: field(layers, start=0), "start from 1"),
        (lambda layers: max(1, sum(k for k, _ in layers)), "windows overlap"),
        (lambda layers: 1, r"gave 1, expected 5; go from the input on"),
    ],
)
def test_receptive_field_rejects(answer, hint):
    rejects(mathematics.check_receptive_field, answer, hint)


def test_receptive_field_accepts(capsys):
    mathematics.check_receptive_field(field)
    assert "✓ right: receptive_field of 5" in capsys.readouterr().out


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


def unstable(z, y):
    e = np.exp(z)
    return (e / e.sum(axis=1, keepdims=True) - one_hot(z, y)) / len(y)


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda z, y: softmax(z) - one_hot(z, y), "divide by their number"),
        (lambda z, y: (one_hot(z, y) - softmax(z)) / len(y), "the other way round: p"),
        (lambda z, y: one_hot(z, y) - softmax(z), "and the mean is missing"),
        (lambda z, y: softmax(z), "subtract 1"),
        (lambda z, y: softmax(z) / len(y), "subtract 1"),
        (lambda z, y: (softmax(z) - one_hot(z, y)) / z.size, "not of all values"),
        (lambda z, y: softmax(z).sum(axis=0), r"has shape \(4,\)"),
        (lambda z, y: z, "with p the probabilities"),
        (unstable, "maximum before exp"),
    ],
)
def test_softmax_gradient_rejects(answer, hint):
    rejects(mathematics.check_softmax_gradient, answer, hint)


def test_softmax_gradient_accepts(capsys):
    mathematics.check_softmax_gradient(
        lambda z, y: (softmax(z) - one_hot(z, y)) / len(y)
    )
    assert "✓ right: softmax_gradient" in capsys.readouterr().out


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
