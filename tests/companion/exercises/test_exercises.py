from math import ceil

import keras
import numpy as np
import pytest

from companion import models
from companion.exercises import WrongAnswerError, cnn


def rejects(check, answer, hint):
    with pytest.raises(WrongAnswerError, match=hint):
        check(answer)


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda k, c, n: n * k * k * c, "the biases are missing"),
        (lambda k, c, n: n * k * k * c + 1, "one bias per kernel"),
        (lambda k, c, n: n * (k * k + 1), "spans all input channels"),
        (lambda k, c, n: n * k * k, "spans all input channels, and has a bias"),
        (lambda k, c, n: 7, "gave 7, expected 18496; count the weights"),
    ],
)
def test_conv_parameters_rejects(answer, hint):
    rejects(cnn.check_conv_parameters, answer, hint)


def test_conv_parameters_accepts(capsys):
    cnn.check_conv_parameters(lambda k, c, n: n * (k * k * c + 1))
    assert capsys.readouterr().out.startswith("✓ right: conv_parameters")


def without_pooling(strides=1, flatten=True):
    conv, dense = keras.layers.Conv2D, keras.layers.Dense
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            conv(32, 3, strides),
            conv(64, 3),
            conv(64, 3),
            *([keras.layers.Flatten()] if flatten else []),
            dense(64),
            dense(10),
        ]
    )


def test_without_pooling_both_ways(capsys):
    cnn.check_without_pooling(without_pooling())
    assert "2,038,922 parameters" in capsys.readouterr().out
    rejects(cnn.check_without_pooling, models.article_cnn(), "layer 'pool1'")
    rejects(cnn.check_without_pooling, without_pooling(strides=2), "stride")
    rejects(cnn.check_without_pooling, without_pooling(flatten=False), "Flatten comes")


def corrupt(y, share, seed):
    rng = np.random.default_rng(seed)
    chosen = rng.choice(len(y), round(share * len(y)), replace=False)
    y = y.copy()
    y[chosen] = (y[chosen] + rng.integers(1, 10, len(chosen))) % 10
    return y


def in_place(y, share, seed):
    y[: round(share * len(y))] = 0
    return y


def any_digit(y, share, seed):
    rng = np.random.default_rng(seed)
    y = y.copy()
    chosen = rng.choice(len(y), round(share * len(y)), replace=False)
    y[chosen] = rng.integers(0, 10, len(chosen))
    return y


def next_digit(y, share, seed):
    y = y.copy()
    chosen = np.random.default_rng(seed).permutation(len(y))[: round(share * len(y))]
    y[chosen] = (y[chosen] + 1) % 10
    return y


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (in_place, "work on a copy"),
        (any_digit, "a random digit is the right one"),
        (next_digit, "the same step away"),
        (lambda y, share, seed: corrupt(y, share / 2, seed), "500 of 5000 labels"),
        (lambda y, share, seed: corrupt(y, share, 0), "two different seeds"),
        (lambda y, share, seed: corrupt(y, share, None), "the same seed gave"),
        (lambda y, share, seed: y + 1, r"values 1\.\.10"),
    ],
)
def test_corrupt_labels_rejects(answer, hint):
    rejects(cnn.check_corrupt_labels, answer, hint)


def test_corrupt_labels_accepts(capsys):
    cnn.check_corrupt_labels(corrupt)
    assert "✓ right" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda p, h: ceil(p * (1 - p) / h**2), "one standard error covers 68"),
        (lambda p, h: ceil(1.96 * p * (1 - p) / h**2), "belongs inside the square"),
        (lambda p, h: ceil(1.96**2 * p * (1 - p) / (2 * h) ** 2), "half-width is"),
        (lambda p, h: ceil(1.96**2 * p * (1 - p) / h), "half-width enters squared"),
        (lambda p, h: 10, r"gave 10, expected 91646; solve"),
    ],
)
def test_images_needed_rejects(answer, hint):
    rejects(cnn.check_images_needed, answer, hint)


def test_images_needed_accepts(capsys):
    cnn.check_images_needed(lambda p, h: ceil(1.96**2 * p * (1 - p) / h**2))
    cnn.check_images_needed(lambda p, h: round(1.96**2 * p * (1 - p) / h**2))
    assert capsys.readouterr().out.count("✓") == 2


@pytest.fixture(scope="module")
def trained():
    """One quick network for digits and one for fashion."""
    from companion import datasets, training

    quick = training.BETTER.but(epochs=0.5)
    networks = {}
    for name in ("mnist", "fashion_mnist"):
        networks[name] = models.small_cnn(seed=0)
        recipe = quick if name == "mnist" else quick.but(epochs=2)
        training.fit(networks[name], getattr(datasets, name)(), recipe)
    return networks


def test_fashion_model_both_ways(trained, capsys):
    cnn.check_fashion_model(trained["fashion_mnist"])
    assert "✓ right" in capsys.readouterr().out
    rejects(cnn.check_fashion_model, trained["mnist"], "has learned digits")
    rejects(cnn.check_fashion_model, models.small_cnn(), "expected at least 85%")
    rejects(cnn.check_fashion_model, models.small_cnn(classes=3), "expected 10 classes")
