"""The two networks for lane lines: shapes, seeds, weights, softmax."""

import numpy as np
import pytest

from companion import models

X = np.random.default_rng(0).random((2, 26, 160, 3), dtype="float32")


@pytest.mark.parametrize(
    ("build", "shape", "parameters"),
    [
        (models.lane_regressor, (2, 2, 4), 96_552),
        (models.lane_locator, (2, 13, 80, 2), 6_170),
    ],
)
def test_shape_size_and_seed(build, shape, parameters):
    model = build(1)
    assert tuple(model(X).shape) == shape
    assert model.count_params() == parameters
    kernels = [build(seed).layers[0].get_weights()[0] for seed in (1, 1, 2)]
    assert np.array_equal(kernels[0], kernels[1])
    assert not np.array_equal(kernels[0], kernels[2])
    with pytest.raises(TypeError, match="seed"):
        build("one")


def test_each_row_of_cells_sums_to_one():
    p = np.array(models.lane_locator(0)(X))
    assert np.allclose(p.sum(2), 1, atol=1e-5)


def test_the_locator_sees_both_lines():
    model = models.lane_locator(0)
    changed = X.copy()
    changed[:, :, 40] = 0
    logits = [np.array(model(x))[:, 6, 55] for x in (X, changed)]
    assert not np.allclose(*logits)
