from math import comb

import keras
import numpy as np
import pytest
from scipy.stats import binomtest, chi2

from companion import models
from companion.exercises import WrongAnswerError, cnn


def rejects(check, answer, hint):
    with pytest.raises(WrongAnswerError, match=hint):
        check(answer)


RIGHT = {"flattened": 30_976, "parameters": 2_038_922, "multiply_adds": 30_636_800}


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ({"flattened": 576}, "flattened: 576 .* that is the row with pooling"),
        ({"flattened": 484}, "64 channels"),
        ({"flattened": 50_176}, "without padding"),
        ({"flattened": 1}, "follow the side of the maps"),
        ({"parameters": 93_322}, "pooling has no parameters"),
        ({"parameters": 2_038_688}, "the biases are missing"),
        ({"parameters": 0}, "only the first dense layer changes"),
        ({"multiply_adds": 2_794_240}, "that is with pooling"),
        ({"multiply_adds": 30_636_801}, "add up the layers"),
        ({"adds": 1}, "expected predictions named"),
    ],
)
def test_without_pooling_rejects(change, hint):
    rejects(cnn.check_without_pooling, RIGHT | change, hint)


def test_without_pooling_accepts_what_a_run_gives(capsys):
    conv, dense = keras.layers.Conv2D, keras.layers.Dense
    network = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            *(conv(kernels, 3) for kernels in (32, 64, 64)),
            keras.layers.Flatten(),
            *(dense(64), dense(10)),
        ]
    )
    adds = sum(cost.multiply_adds for cost in models.layer_costs(network))
    cnn.check_without_pooling(
        {
            "flattened": network.layers[3].output.shape[1],
            "parameters": network.count_params(),
            "multiply_adds": adds,
        }
    )
    cnn.check_without_pooling(RIGHT | {"parameters": ...})
    first, second = capsys.readouterr().out.splitlines()
    assert first == "✓ right: all 3 predictions"
    assert second.startswith("not answered yet")


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
        (lambda b, c: tail(b, c), "either way: count both tails"),
        (lambda b, c: 2 * tail(b, c), r"mcnemar\(3, 3\) .* overlap"),
        (lambda b, c: doubled(b, c) / 2 if b * c else doubled(b, c), "in both tails"),
        (lambda b, c: doubled(b, c), "even more one-sided count, too$"),
        (lambda b, c: chi2.sf((b - c) ** 2 / (b + c), 1), "that is the approximation"),
        (lambda b, c: 0.05, "gave 0.05, not 0.001953; toss a fair coin"),
    ],
)
def test_mcnemar_rejects(answer, hint):
    rejects(cnn.check_mcnemar, answer, hint)


def doubled(b, c):
    return 2 * comb(b + c, b) / 2 ** (b + c)


def tail(b, c):
    return sum(comb(b + c, k) for k in range(min(b, c) + 1)) / 2 ** (b + c)


def test_mcnemar_accepts(capsys):
    cnn.check_mcnemar(lambda b, c: min(1.0, 2 * tail(b, c)))
    cnn.check_mcnemar(lambda b, c: binomtest(c, b + c).pvalue)
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
