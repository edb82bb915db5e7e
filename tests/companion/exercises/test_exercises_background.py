import numpy as np
import pytest

from companion.exercises import WrongAnswerError, background


def rejects(check, answer, hint):
    with pytest.raises(WrongAnswerError, match=hint):
        check(answer)


@pytest.mark.parametrize(
    "network",
    [
        ([[1, 1], [1, 1]], [-0.5, -1.5], [1, -1], -0.5),  # OR and not AND
        ([[1, -1], [1, -1]], [-0.5, 1.5], [1, 1], -1.5),  # OR and NAND
        ([[1, -1], [-1, 1]], [-0.5, -0.5], [1, 1], -0.5),  # only one of them, twice
        ([[1, 1, 0], [1, 1, 0]], [-0.5, -1.5, 1], [1, -1, 0], -0.5),
    ],
)
def test_xor_network_accepts(network, capsys):
    background.check_xor_network(*network)
    assert capsys.readouterr().out.startswith("✓ right: the network computes XOR")


@pytest.mark.parametrize(
    ("network", "hint"),
    [
        (([[1], [1]], [-0.5], [1], -0.5), "one hidden unit is not enough"),
        (([[1, 1], [1, 1]], [-0.5, -0.5], [1, 1], -0.5), "this is OR"),
        (([[1, 1], [1, 1]], [-1.5, -1.5], [1, 1], -0.5), "this is AND"),
        (([[1, 1], [1, 1]], [-0.5, -1.5], [-1, 1], 0.5), "this is XNOR"),
        (([[1, 1], [1, 1]], [-1.5, -1.5], [-1, -1], 0.5), "this is NAND"),
        (([[1, 1], [1, 1]], [-9, -9], [1, 1], -0.5), "write down what each hidden"),
        (([[1, 1, 1], [1, 1, 1]], [-0.5, -1.5], [1, -1], -0.5), r"shape \(2, H\)"),
        (([1, 1], [-0.5, -1.5], [1, -1], -0.5), r"shape \(2, H\)"),
        (([[1, 1]], [-0.5, -1.5], [1, -1], -0.5), r"got \(1, 2\), \(2,\) and \(2,\)"),
    ],
)
def test_xor_network_rejects(network, hint):
    with pytest.raises(WrongAnswerError, match=hint):
        background.check_xor_network(*network)


def permute(images, seed):
    order = np.random.default_rng(seed).permutation(images[0].size)
    return images.reshape(len(images), -1)[:, order].reshape(images.shape)


def each_differently(images, seed):
    rng = np.random.default_rng(seed)
    flat = images.reshape(len(images), -1)
    return rng.permuted(flat, axis=1).reshape(images.shape)


def in_place(images, seed):
    images[:] = permute(images, seed)
    return images


def whole_rows(images, seed):
    return images[:, np.random.default_rng(seed).permutation(images.shape[1])]


def over_images(images, seed):
    rng = np.random.default_rng(seed)
    return rng.permutation(images.ravel()).reshape(images.shape)


def nearly_nothing(images, seed):
    images = images.copy()
    images[:, 0, :2] = images[:, 0, 1::-1]
    return images


def unseeded():
    rng = np.random.default_rng(0)
    return lambda images, seed: permute(images, rng.integers(2**31))


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (each_differently, "each image was shuffled differently"),
        (in_place, "changed its argument"),
        (whole_rows, "whole rows stayed together"),
        (nearly_nothing, "most pixels stayed"),
        (over_images, "got lost or went to another image"),
        (lambda images, seed: images[..., 0], "expected shape"),
        (lambda images, seed: permute(images, 0), "two different seeds"),
        (unseeded(), "same seed gave different"),
    ],
)
def test_permute_pixels_rejects(answer, hint):
    rejects(background.check_permute_pixels, answer, hint)


def test_permute_pixels_accepts(capsys):
    background.check_permute_pixels(permute)
    assert capsys.readouterr().out.startswith("✓ right: permute_pixels")


def wrong(y, first, second):
    return first != y, second != y


def shared(y, first, second):
    a, b = wrong(y, first, second)
    return (a & b).sum() / (a | b).sum()


def of_the_first(y, first, second):
    a, b = wrong(y, first, second)
    return (a & b).sum() / a.sum()


def of_the_second(y, first, second):
    a, b = wrong(y, first, second)
    return (a & b).sum() / b.sum()


def counted_twice(y, first, second):
    a, b = wrong(y, first, second)
    return (a & b).sum() / (a.sum() + b.sum())


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda y, a, b: ((a != y) & (b != y)).mean(), "not by all"),
        (lambda y, a, b: ((a != y) & (b != y)).sum(), "a share was asked for"),
        (lambda y, a, b: ((a == y) & (b == y)).mean(), "what both get right"),
        (lambda y, a, b: ((a == b) & (a != y)).mean(), "even if their wrong answers"),
        (of_the_first, "not of the first"),
        (of_the_second, "not of the second"),
        (counted_twice, "counted twice"),
        (lambda y, a, b: 0.123, "count with & above"),
    ],
)
def test_shared_errors_rejects(answer, hint):
    rejects(background.check_shared_errors, answer, hint)


def test_shared_errors_accepts(capsys):
    background.check_shared_errors(shared)
    assert capsys.readouterr().out == "✓ right: shared_errors in 3 cases\n"


def unchanged(support="SVM", stretched="decision tree"):
    return {"only support vectors": support, "lean times 8": stretched}


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (unchanged("logistic regression"), "only some of the training points"),
        (unchanged("decision tree"), "only support vectors: not the decision tree"),
        (unchanged(stretched="SVM"), "lean times 8: not the SVM; who asks about one"),
        (unchanged("svm"), "expected one of logistic regression, .*, got 'svm'"),
        ({"lean times 8": "decision tree"}, r"got \['lean times 8'\]"),
    ],
)
def test_unchanged_rejects(answer, hint):
    rejects(background.check_unchanged, answer, hint)


def test_unchanged_accepts(capsys):
    background.check_unchanged(unchanged())
    assert capsys.readouterr().out == "✓ right: both predictions\n"


def test_unchanged_waits_for_both_predictions(capsys):
    background.check_unchanged(unchanged(...))
    assert capsys.readouterr().out.startswith("not answered yet")
