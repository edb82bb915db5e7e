"""Every contestant takes part by the same rules."""

import dataclasses

import numpy as np
import pytest

from companion import datasets
from companion.experiments import contest
from companion.experiments.contest import CONTESTANTS, compete


@pytest.fixture(scope="module")
def few():
    """MNIST with 500 test images."""
    mnist = datasets.mnist()
    return dataclasses.replace(
        mnist, x_test=mnist.x_test[:500], y_test=mnist.y_test[:500]
    )


def test_the_contestants_are_the_seven_of_the_article_and_its_time():
    assert list(CONTESTANTS) == [
        *("perceptron", "logistic regression", "decision tree"),
        *("MLP", "CNN", "RNN", "SVM"),
    ]


@pytest.mark.parametrize("name", CONTESTANTS)
def test_contestants_learn_and_repeat_themselves(name, few):
    first, again, other = (compete(name, few, 300, seed) for seed in (0, 0, 1))
    assert first.answers.shape == (500,)
    assert (first.answers == few.y_test).mean() > 0.5
    assert np.array_equal(first.answers, again.answers)
    assert not np.array_equal(first.answers, other.answers)
    assert (first.name, first.examples, first.seed) == (name, 300, 0)
    assert first.fit_seconds > 0
    assert first.predict_seconds > 0


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("perceptron", 7_850),
        ("logistic regression", 7_850),
        ("MLP", 784 * 256 + 256 + 256 * 10 + 10),
        ("CNN", 93_322),
        ("RNN", 24_458),
    ],
)
def test_numbers_that_do_not_depend_on_the_data(name, numbers):
    model = CONTESTANTS[name].build(0)
    if not hasattr(model, "count_params"):
        model.fit(np.eye(10, 784), np.arange(10))
    assert contest._numbers(model) == numbers


def test_numbers_of_a_tree_and_of_support_vectors():
    x = np.array([[0.0], [1.0], [2.0], [3.0]])
    tree = CONTESTANTS["decision tree"].build(0).fit(x, [0, 1, 1, 2])
    assert contest._numbers(tree) == 3 + 2 * 2  # three leaves, two questions
    svm = CONTESTANTS["SVM"].build(0).fit(x, [0, 0, 1, 1])
    kept = len(svm.support_)
    assert contest._numbers(svm) == kept * 1 + kept + 1


@pytest.mark.parametrize("examples", [60, 4_000])
def test_networks_see_no_fewer_images_than_agreed(examples, few, monkeypatch):
    seen = {}

    def fit(model, data, recipe, **options):
        seen.update(images=len(data.y_train), total=len(data.y_train) * recipe.epochs)

    monkeypatch.setattr(contest, "fit", fit)
    compete("CNN", few, examples)
    assert seen["images"] % examples == 0
    assert contest.VISITS <= seen["total"] < contest.VISITS + 5 * examples


def test_the_images_are_drawn_in_equal_shares(few, monkeypatch):
    drawn = []

    class Spy:
        def fit(self, x, y):
            drawn.append((x, y))
            self.coef_ = self.intercept_ = np.zeros(1)

        def predict(self, x):
            return np.zeros(len(x), int)

    spies = {"spy": contest.Contestant((784,), lambda seed: Spy())}
    monkeypatch.setattr(contest, "CONTESTANTS", spies)
    for examples, seed in ((1_000, 0), (60_000, 0), (1_000, 1), (1_000, 0)):
        compete("spy", few, examples, seed)
    (x, y), (everything, _), (others, _), (again, _) = drawn
    share = np.bincount(few.y_train) / len(few.y_train)
    assert np.abs(np.bincount(y) - 1_000 * share).max() < 1
    assert x.shape == (1_000, 784)
    assert np.array_equal(everything, few.x_train.reshape(-1, 784))
    assert np.array_equal(x, again)
    assert not np.array_equal(x, others)


@pytest.mark.parametrize(
    ("name", "examples", "message"),
    [
        ("LSTM", 100, r"one of \['perceptron', .*got 'LSTM'"),
        ("SVM", 9, "from 10 to 59990, or 60000 for all, got 9"),
        ("SVM", 60_001, "got 60001"),
    ],
)
def test_wrong_arguments_are_named(name, examples, message, few):
    with pytest.raises(ValueError, match=message):
        compete(name, few, examples)


def replaced(data, name, change):
    return dataclasses.replace(data, **{name: change(getattr(data, name))})


def spoil(x):
    return np.where(np.arange(len(x))[:, None, None, None] == 3, np.nan, x)


@pytest.mark.parametrize("name", ["decision tree", "SVM", "MLP"])
@pytest.mark.parametrize(
    ("array", "change", "message"),
    [
        ("x_train", lambda x: (x * 255).astype("uint8"), "x_train.*uint8"),
        ("x_test", lambda x: (x * 255).astype("uint8"), "x_test.*uint8"),
        ("x_train", spoil, "x_train.* 784 "),
        ("x_test", spoil, "x_test.* 784 "),
        ("x_train", lambda x: x[:500], "500.*60000"),
        ("x_test", lambda x: x[:400], "400.*500"),
        ("y_train", lambda y: y + 1, r"y_train.*1\.\.10"),
        ("y_test", lambda y: y - 1, r"y_test.*-1\.\.8"),
        ("y_train", lambda y: y + 0.5, "y_train"),
        ("x_train", lambda x: x.reshape(-1, 14, 56, 1), r"\(60000, 14, 56, 1\)"),
        ("names", lambda names: names[:9], "10 classes, got 9"),
    ],
)
def test_data_that_a_contestant_would_misread_are_named(
    name, array, change, message, few
):
    with pytest.raises((TypeError, ValueError), match=message):
        compete(name, replaced(few, array, change), 100)


@pytest.mark.parametrize("examples", [np.nan, np.inf, 100.5, True, "100", None])
def test_a_number_of_examples_that_is_none(examples, few):
    with pytest.raises((TypeError, ValueError), match="examples must be .*got"):
        compete("decision tree", few, examples)


@pytest.mark.parametrize("seed", [-1, 0.5, np.nan, True, None])
def test_a_seed_that_is_none(seed, few):
    with pytest.raises((TypeError, ValueError), match="seed must be .*got"):
        compete("decision tree", few, 100, seed)
