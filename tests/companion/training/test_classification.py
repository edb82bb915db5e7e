import json
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from companion.training import ARTICLE, BETTER, Recipe, classification, fit


@pytest.fixture(scope="module")
def data():
    """Two classes that a line separates: bright on top, or bright below."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 640)
    x = rng.random((640, 8, 8, 1), dtype="float32") * 0.5
    x[y == 0, :4] += 0.5
    x[y == 1, 4:] += 0.5
    return SimpleNamespace(
        x_train=x[:512], y_train=y[:512], x_val=x[512:], y_val=y[512:]
    )


def network(seed=0):
    init = keras.initializers.GlorotUniform(seed=seed)
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            keras.layers.Flatten(),
            keras.layers.Dense(2, activation="softmax", kernel_initializer=init),
        ]
    )


def test_training_learns_and_the_history_says_so(data):
    model = network()
    history = fit(model, data, Recipe(epochs=5, batch_size=32, learning_rate=0.02))
    assert history.val_accuracy[-1] > 0.95
    assert history.loss[-1] < history.loss[0] / 2
    assert history.epoch == (16, 32, 48, 64, 80)
    assert history.step[-1] == 80
    assert np.all(np.diff(history.step) > 0)
    assert len(history.step) == len(history.loss) == len(history.accuracy)
    assert history.cpu_seconds > 0
    assert history.seconds > 0
    probabilities = model.predict(data.x_val, verbose=0)
    right = (probabilities.argmax(1) == data.y_val).mean()
    assert history.val_accuracy[-1] == pytest.approx(right, abs=1e-6)


def test_the_noted_losses_average_to_the_loss_of_the_epoch(data):
    # With a vanishing learning rate every batch is judged by the same weights.
    model = network()
    history = fit(model, data, Recipe(epochs=1, batch_size=16, learning_rate=1e-12))
    p = model.predict(data.x_train, verbose=0)
    loss = -np.log(p[np.arange(512), data.y_train]).mean()
    windows = np.diff((0, *history.step))
    assert np.average(history.loss, weights=windows) == pytest.approx(loss, rel=1e-5)


def test_a_run_repeats_with_its_seed_and_not_with_another(data):
    recipe = Recipe(epochs=2, batch_size=32, max_shift=1, schedule="one_cycle")
    runs = []
    for seed in (3, 3, 4):
        model = network()
        history = fit(model, data, recipe, seed=seed)
        runs.append((history.loss, model.get_weights()[0]))
    assert runs[0][0] == runs[1][0]
    assert np.array_equal(runs[0][1], runs[1][1])
    assert runs[0][0] != runs[2][0]


def test_every_example_is_seen_once_an_epoch(data):
    recipe = Recipe(epochs=2, batch_size=50)
    x = np.arange(512.0).reshape(-1, 1, 1, 1)
    batches = classification._batches(x, np.arange(512), recipe, seed=0)
    orders = []
    for _ in range(2):
        seen = [batches[i] for i in range(len(batches))]
        for images, labels in seen:
            assert np.array_equal(images.ravel(), labels)
        orders.append(np.concatenate([labels for _, labels in seen]))
        batches.on_epoch_end()
    assert all(sorted(order) == list(range(512)) for order in orders)
    assert not np.array_equal(*orders)
    assert len(seen[-1][1]) == 512 % 50


def test_a_fraction_of_an_epoch_sees_that_fraction(data):
    history = fit(network(), data, Recipe(epochs=0.25, batch_size=32))
    assert history.step[-1] == 4


def rates(recipe, steps=100):
    schedule = classification._learning_rate(recipe, steps)
    return np.array([float(schedule(step)) for step in range(steps + 1)])


def test_cosine_goes_from_the_peak_to_zero():
    got = rates(Recipe(epochs=1, learning_rate=0.1, schedule="cosine"))
    want = 0.05 * (1 + np.cos(np.pi * np.arange(101) / 100))
    assert got == pytest.approx(want, abs=1e-6)


def test_one_cycle_goes_up_then_down():
    recipe = Recipe(epochs=1, learning_rate=0.1, schedule="one_cycle", warmup=0.3)
    got = rates(recipe)
    assert got.argmax() == 30
    assert got.max() == pytest.approx(0.1)
    assert got[0] == pytest.approx(0.1 / 25)
    assert np.all(np.diff(got[:31]) > 0)
    assert np.all(np.diff(got[30:]) < 0)
    assert got[-1] == pytest.approx(0, abs=1e-6)


def test_one_cycle_without_warm_up_is_the_cosine():
    recipe = Recipe(epochs=1, learning_rate=0.1, schedule="one_cycle", warmup=0)
    assert rates(recipe) == pytest.approx(rates(recipe.but(schedule="cosine")))


@pytest.mark.parametrize("smoothing", [0, 0.2])
def test_the_loss_is_that_of_the_smoothed_labels(smoothing, data):
    model = network()
    p = model.predict(data.x_train, verbose=0)
    q = (1 - smoothing) * np.eye(2)[data.y_train] + smoothing / 2
    want = -(q * np.log(p)).sum(axis=1).mean()
    still = ARTICLE.but(epochs=1, batch_size=512, learning_rate=1e-12)
    history = fit(model, data, still.but(label_smoothing=smoothing))
    assert history.loss[0] == pytest.approx(want, rel=1e-5)


def test_labels_must_fit_the_model(data):
    wrong = SimpleNamespace(**{**vars(data), "y_train": data.y_train + 1})
    with pytest.raises(ValueError, match=r"labels must be in 0\.\.1.*got 1\.\.2"):
        fit(network(), wrong, ARTICLE)


def test_a_history_is_plain_data(data):
    history = fit(network(), data, BETTER.but(epochs=1))
    again = json.loads(json.dumps(history.as_dict()))
    assert again["recipe"]["label_smoothing"] == BETTER.label_smoothing
    assert again["loss"] == list(history.loss)


def test_progress_is_one_line_when_asked_for_and_silent_under_pytest(data, capsys):
    fit(network(), data, Recipe(epochs=2, batch_size=32))
    assert capsys.readouterr() == ("", "")
    fit(network(), data, Recipe(epochs=2, batch_size=32), progress=True)
    out, err = capsys.readouterr()
    assert "epoch 1/2" in out
    assert "\n" not in out.strip()
    assert err == ""


def test_every_epoch_shifts_anew():
    x = np.zeros((64, 9, 9, 1))
    x[:, 4, 4] = 1  # all alike, so that their order does not matter
    recipe = Recipe(epochs=2, batch_size=64, max_shift=2)
    batches = classification._batches(x, np.zeros(64), recipe, seed=0)
    first = batches[0][0]
    assert np.array_equal(batches[0][0], first)
    batches.on_epoch_end()
    assert not np.array_equal(batches[0][0], first)


def test_a_schedule_spans_all_epochs(data):
    recipe = Recipe(epochs=2, learning_rate=0.02, schedule="cosine")
    history = fit(network(), data, recipe)
    assert history.val_loss[1] < 0.98 * history.val_loss[0]
