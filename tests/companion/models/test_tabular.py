"""The network for tables: its shape, and its manners as a scikit-learn classifier."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from companion.models.tabular import NetworkClassifier, tabular_mlp


@pytest.fixture(scope="module")
def circle():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(600, 2))
    return x, np.where((x**2).sum(axis=1) > 1.4, "out", "in")


@pytest.fixture(scope="module")
def trained(circle):
    return NetworkClassifier((16,), epochs=40, learning_rate=0.02).fit(*circle)


@pytest.mark.parametrize(("hidden", "count"), [((), 6), ((4,), 22), ((4, 3), 35)])
def test_parameter_count(hidden, count):
    assert tabular_mlp(2, hidden=hidden).count_params() == count


def test_seed_fixes_the_weights_and_layers_differ():
    def weights(seed):
        return tabular_mlp(4, classes=4, hidden=(4,), seed=seed).get_weights()

    for one, other in zip(weights(1), weights(1)):
        assert np.array_equal(one, other)
    first = weights(1)
    assert not np.array_equal(first[0], weights(2)[0])
    assert not np.array_equal(first[0], first[2])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"features": 0}, "features must be at least 1, got 0"),
        ({"features": 2, "classes": 0}, "classes must be at least 1, got 0"),
        ({"features": 2, "hidden": (4, 0)}, r"at least 1, got \(4, 0\)"),
    ],
)
def test_bad_shapes(arguments, message):
    with pytest.raises(ValueError, match=message):
        tabular_mlp(**arguments)


def test_it_learns_and_gives_probabilities(trained, circle):
    x, y = circle
    p = trained.predict_proba(x)
    assert p.shape == (600, 2)
    assert np.allclose(p.sum(axis=1), 1, atol=1e-5)
    assert trained.classes_.tolist() == ["in", "out"]
    assert trained.n_features_in_ == 2
    assert trained.score(x, y) > 0.9
    assert np.array_equal(trained.predict(x) == "out", p[:, 1] > 0.5)


def test_the_same_seed_gives_the_same_network(circle):
    def probabilities(seed):
        return (
            NetworkClassifier((4,), epochs=1, seed=seed)
            .fit(*circle)
            .predict_proba(circle[0])
        )

    assert np.array_equal(probabilities(1), probabilities(1))
    assert not np.array_equal(probabilities(1), probabilities(2))


def test_clones_keep_every_setting(trained):
    copy = clone(trained)
    assert copy.get_params() == trained.get_params()
    assert not hasattr(copy, "model_")


def test_it_goes_through_a_grid_search(circle):
    search = GridSearchCV(
        make_pipeline(StandardScaler(), NetworkClassifier(epochs=1)),
        {"networkclassifier__hidden": [(), (8,)]},
        cv=2,
        scoring="roc_auc",
    ).fit(*circle)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_bad_data(trained, circle):
    x, y = circle
    network = NetworkClassifier(epochs=1)
    with pytest.raises(NotFittedError):
        network.predict_proba(x)
    with pytest.raises(ValueError, match="contains NaN"):
        network.fit(np.where(x > 2, np.nan, x), y)
    with pytest.raises(ValueError, match=r"two or more different labels, got only"):
        network.fit(x, np.zeros(len(x), int))
    with pytest.raises(ValueError, match="Unknown label type"):
        network.fit(x, x[:, 0])
    with pytest.raises(ValueError, match="expecting 2 features"):
        trained.predict(x[:, :1])


def test_settings_reach_the_training(circle):
    network = NetworkClassifier((4,), epochs=3, batch_size=200).fit(*circle)
    assert int(network.model_.optimizer.iterations) == 3 * 600 // 200


@pytest.mark.parametrize("method", ["predict", "predict_proba", "score"])
def test_an_untrained_network_says_so(method, circle):
    x, y = circle
    arguments = (x, y) if method == "score" else (x,)
    with pytest.raises(NotFittedError, match="not fitted yet"):
        getattr(NetworkClassifier(), method)(*arguments)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("epochs", v) for v in (0, -1, 1.5, np.nan, np.inf, True, "3", None)],
        *[("batch_size", v) for v in (0, -1, 1.5, np.nan, np.inf, True, "3", None)],
        *[("learning_rate", v) for v in (0, -1, np.nan, np.inf, True, "3", None)],
        *[("hidden", v) for v in (32, "32", None, (0,), (3.5,), (np.nan,), (True,))],
        *[("seed", v) for v in (-1, 0.5, np.nan, True, "3", None)],
    ],
)
def test_settings_are_checked_in_fit_and_not_before(name, value, circle):
    network = NetworkClassifier(**{name: value})
    assert network.get_params()[name] is value
    with pytest.raises((TypeError, ValueError), match=f"{name}.* must .*got"):
        network.fit(*circle)
    assert not hasattr(network, "model_")


def test_settings_of_numpy_are_as_good(circle):
    network = NetworkClassifier(
        np.array([4]), np.int64(1), np.int32(300), np.float64(0.01), np.int64(3)
    )
    assert network.fit(*circle).predict_proba(circle[0]).shape == (600, 2)


@pytest.mark.parametrize("spoil", ["labels", "values", "setting"])
def test_a_fit_that_fails_leaves_no_earlier_one(spoil, circle):
    x, y = circle
    network = NetworkClassifier((2,), epochs=1, batch_size=600).fit(x, y)
    if spoil == "labels":
        arguments = (x[:, :1], np.zeros(len(x), int))
    else:
        arguments = (x * np.nan, y)
    if spoil == "setting":
        network.epochs = 0
    with pytest.raises(ValueError, match=r"labels|NaN|epochs"):
        network.fit(*arguments)
    for method in (network.predict, network.predict_proba):
        with pytest.raises(NotFittedError):
            method(x)


@pytest.mark.parametrize("method", ["predict", "predict_proba"])
def test_both_kinds_of_prediction_refuse_the_same(method, trained, circle):
    x = circle[0].copy()
    x[3, 1] = np.inf
    with pytest.raises(ValueError, match="infinity"):
        getattr(trained, method)(x)
    with pytest.raises(ValueError, match="minimum of 1"):
        getattr(trained, method)(x[:0])


def test_a_training_that_diverges_says_so(circle):
    x, y = circle
    with pytest.raises(FloatingPointError, match=r"loss became .*learning_rate below"):
        NetworkClassifier(epochs=3, learning_rate=1e30).fit(x * 1e30, y)
