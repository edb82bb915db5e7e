import keras
import numpy as np
import pytest

from companion import models

SMALL = {"depth": 6, "width": 8, "input_shape": (8, 8, 1), "classes": 3}


def images(n=6):
    rng = np.random.default_rng(0)
    return rng.random((n, 8, 8, 1), dtype="float32"), rng.integers(3, size=n)


def test_signals_are_those_of_the_definition():
    model, (x, y) = models.plain_network(**SMALL), images()
    before = model.get_weights()
    got = models.layer_signals(model, x, y, ["relu1", "relu2"])
    inner = keras.Model(model.inputs, model.get_layer("relu2").output)
    maps = inner.predict(x, verbose=0)
    assert got[1].signal == pytest.approx(np.sqrt(maps.var(axis=0).mean()), rel=1e-4)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights()))


def test_gradient_is_the_slope_of_the_loss():
    model, (x, y) = models.residual_network(branch_init="he", **SMALL), images()
    got = models.layer_signals(model, x, y, ["relu1", "relu3"])[1].gradient
    conv = model.get_layer("conv3")
    kernel, bias = conv.get_weights()

    def loss(w):
        conv.set_weights([w, bias])
        p = model.predict(x, verbose=0)
        return -np.mean(np.log(p[np.arange(len(y)), y]))

    rng = np.random.default_rng(0)
    slopes, step = [], 1e-2
    for _ in range(60):
        d = rng.choice([-1.0, 1.0], size=kernel.shape)
        slopes.append((loss(kernel + step * d) - loss(kernel - step * d)) / (2 * step))
    # the mean square of slopes along random signs is the squared length
    assert np.sqrt(np.mean(np.square(slopes)) / kernel.size) == pytest.approx(
        got, rel=0.5
    )


@pytest.mark.parametrize(
    ("outputs", "message"),
    [
        (["relu1"], "at least two"),
        (["relu1", "nothing"], "nothing"),
        (["input", "relu1"], "no convolution before"),
    ],
)
def test_signals_need_layers_of_the_model(outputs, message):
    model, (x, y) = models.plain_network(**SMALL), images()
    outputs = [model.layers[0].name if n == "input" else n for n in outputs]
    with pytest.raises(ValueError, match=message):
        models.layer_signals(model, x, y, outputs)
