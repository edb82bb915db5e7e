"""fit finds what is wrong with model, data and recipe before it begins."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest

from companion import models, training
from companion.training import ARTICLE, History, Recipe, fit

QUICK = Recipe(epochs=1, batch_size=8)


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    x, y = rng.random((24, 4, 5, 1), dtype="float32"), np.arange(24) % 3
    return {"x_train": x[:16], "y_train": y[:16], "x_val": x[16:], "y_val": y[16:]}


def network(activation="softmax", units=3):
    return keras.Sequential(
        [
            keras.Input((4, 5, 1)),
            keras.layers.Flatten(),
            keras.layers.Dense(units, activation=activation),
        ]
    )


@pytest.fixture(scope="module")
def model():
    return network()


def unchanged(model, action):
    """Run an action that must fail, and see that it left the weights alone."""
    before = [w.copy() for w in model.get_weights()]
    action()
    assert all(map(np.array_equal, before, model.get_weights()))


def spoil(value):
    def change(x):
        x = x.copy()
        x[1, 2, 3, 0] = value
        return x

    return change


IMAGES = {
    "uint8": (lambda x: (x * 255).astype("uint8"), "uint8.*255"),
    "NaN": (spoil(np.nan), " 1 "),
    "infinity": (spoil(np.inf), " 1 "),
    "integers": (lambda x: x.astype(int), "int64"),
    "objects": (lambda x: x.astype(object), "object"),
    "shape": (lambda x: x[:, :3], r"\(N, 4, 5, 1\), got \(\d+, 3, 5, 1\)"),
    "rank": (lambda x: x[..., 0], r"\(N, 4, 5, 1\), got \(\d+, 4, 5\)"),
    "length": (lambda x: x[:5], r"5.*(16|8)"),
}
LABELS = {
    "too small": (lambda y: y - 1, r"-1\.\.1"),
    "too large": (lambda y: y + 1, r"1\.\.3"),
    "fractions": (lambda y: y + 0.5, ""),
    "NaN": (lambda y: np.where(y > 1, np.nan, y), ""),
    "one-hot": (lambda y: np.eye(3)[y], r"\(\d+, 3\)"),
    "strings": (lambda y: y.astype(str), ""),
    "length": (lambda y: y[:5], r"(16|8).*5"),
    "none": (lambda y: y[:0], ""),
}


@pytest.mark.parametrize("part", ["train", "val"])
@pytest.mark.parametrize("kind", IMAGES)
def test_images_of_both_parts_are_held_to_the_same(kind, part, data, model):
    change, message = IMAGES[kind]
    data[f"x_{part}"] = change(data[f"x_{part}"])

    def action():
        with pytest.raises((TypeError, ValueError), match=f"x_{part}.*{message}"):
            fit(model, SimpleNamespace(**data), QUICK)

    unchanged(model, action)


@pytest.mark.parametrize("part", ["train", "val"])
@pytest.mark.parametrize("kind", LABELS)
def test_labels_of_both_parts_are_held_to_the_same(kind, part, data, model):
    change, message = LABELS[kind]
    data[f"y_{part}"] = change(data[f"y_{part}"])

    def action():
        with pytest.raises((TypeError, ValueError), match=f"y_{part}.*{message}"):
            fit(model, SimpleNamespace(**data), QUICK)

    unchanged(model, action)


def test_nothing_to_learn_from_is_named(data, model):
    for name in ("x_train", "y_train"):
        data[name] = data[name][:0]
    with pytest.raises(ValueError, match="x_train must hold at least one example"):
        fit(model, SimpleNamespace(**data), QUICK)


def test_missing_arrays_are_named(data, model):
    del data["x_val"]
    with pytest.raises(TypeError, match="without x_val"):
        fit(model, SimpleNamespace(**data), QUICK)


def test_lists_and_doubles_are_good_data(data):
    plain = SimpleNamespace(**data)
    lists = SimpleNamespace(**{name: array.tolist() for name, array in data.items()})
    runs = []
    for given in (plain, lists):
        model = network()
        model.set_weights([np.full(w.shape, 0.1) for w in model.get_weights()])
        runs.append(fit(model, given, QUICK).loss)
    assert runs[0] == pytest.approx(runs[1], rel=1e-5)


@pytest.mark.parametrize("max_shift", [4, 28])
def test_a_shift_that_blackens_images_is_named(max_shift, data, model):
    with pytest.raises(ValueError, match=rf"max_shift .*\(4, 5\).*got {max_shift}"):
        fit(model, SimpleNamespace(**data), QUICK.but(max_shift=max_shift))


def test_a_shift_needs_images():
    rows = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, "softmax")])
    x, y = np.zeros((4, 3), "float32"), np.array([0, 1, 0, 1])
    data = SimpleNamespace(x_train=x, y_train=y, x_val=x[:0], y_val=y[:0])
    with pytest.raises(ValueError, match=r"\(N, H, W, C\) to be shifted, got \(4, 3\)"):
        fit(rows, data, QUICK.but(max_shift=1))
    assert fit(rows, data, QUICK).val_loss == ()


@pytest.mark.parametrize("activation", [None, "sigmoid", "relu"])
def test_a_model_without_probabilities_is_named(activation, data):
    model = network(activation)

    def action():
        with pytest.raises(ValueError, match=r"model\(x_train\).*end with a softmax"):
            fit(model, SimpleNamespace(**data), QUICK)

    unchanged(model, action)


def test_lenets_distances_are_no_probabilities():
    x, y = np.random.default_rng(0).random((4, 32, 32, 1)), np.arange(4)
    data = SimpleNamespace(x_train=x, y_train=y, x_val=x[:0], y_val=y[:0])
    with pytest.raises(ValueError, match="end with a softmax"):
        fit(models.lenet5(), data, QUICK)
    assert fit(models.lenet5(variant="modern"), data, QUICK).loss


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (None, "built classifier.*NoneType"),
        (keras.Sequential([keras.layers.Dense(2)]), "built classifier"),
        (keras.Sequential([keras.Input((4, 5, 1))]), "built classifier"),
    ],
)
def test_no_classifier_is_named(wrong, message, data):
    with pytest.raises(ValueError, match=message):
        fit(wrong, SimpleNamespace(**data), QUICK)


def test_no_recipe_and_no_seed_are_named(data, model):
    given = SimpleNamespace(**data)
    with pytest.raises(TypeError, match=r"companion\.training\.Recipe, got dict"):
        fit(model, given, {"epochs": 1})
    for seed in (-1, 0.5, np.nan, True, None):
        with pytest.raises((TypeError, ValueError), match="seed must be .*got"):
            fit(model, given, QUICK, seed=seed)


@pytest.mark.parametrize("progress", [False, True])
def test_training_stops_where_the_loss_is_no_number(progress, data, capsys):
    model = network()
    huge = SimpleNamespace(**{**data, "x_train": data["x_train"] * np.float32(1e30)})
    recipe = Recipe(epochs=5, batch_size=8, learning_rate=1e30)
    with pytest.raises(
        FloatingPointError, match=r"loss became nan at step \d+ of 10.*below 1e\+30"
    ):
        fit(model, huge, recipe, progress=progress)


def test_training_stops_where_the_validation_loss_is_no_number(data, monkeypatch):
    model = network()
    data["x_val"] = data["x_val"] * np.float32(3e38)
    with pytest.raises(
        FloatingPointError, match="validation loss became nan at step 2"
    ):
        fit(model, SimpleNamespace(**data), QUICK.but(learning_rate=1e5))


def test_a_run_after_a_failed_one_is_like_any_other(data):
    good, bad = SimpleNamespace(**data), SimpleNamespace(**data)
    bad.y_val = bad.y_val + 1
    runs = []
    for first in (None, bad):
        model = network()
        model.set_weights([np.full(w.shape, 0.1) for w in model.get_weights()])
        if first is not None:
            with pytest.raises(ValueError, match="y_val"):
                fit(model, first, QUICK)
        runs.append(fit(model, good, QUICK).loss)
    assert runs[0] == runs[1]


def history(**changes):
    given = {
        "recipe": ARTICLE, "seed": 0, "step": (1, 2), "loss": (2.0, 1.0),
        "accuracy": (0.1, 0.2), "epoch": (2,), "val_loss": (1.5,),
        "val_accuracy": (0.15,), "seconds": 1.0, "cpu_seconds": 2.0,
    }  # fmt: skip
    return History(**{**given, **changes})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"loss": (2.0,)}, r"one length, got .*'loss': 1"),
        ({"val_accuracy": ()}, r"one length, got .*'val_accuracy': 0"),
        ({"loss": (2.0, np.nan)}, "loss.* 1 "),
        ({"val_loss": (np.inf,)}, "val_loss.* 1 "),
        ({"cpu_seconds": np.nan}, "cpu_seconds"),
        ({"seed": -1}, "seed must be"),
    ],
)
def test_a_history_is_whole_and_finite(changes, message):
    assert history().as_dict()["loss"] == (2.0, 1.0)
    with pytest.raises(ValueError, match=message):
        history(**changes)


def test_a_history_with_numpys_seed_is_plain_data(data):
    run = fit(network(), SimpleNamespace(**data), QUICK, seed=np.int64(3))
    assert type(run.seed) is int


def test_the_package_hands_on_its_names():
    assert {"ARTICLE", "BETTER", "History", "Recipe", "fit"} <= set(training.__all__)
