import keras
import numpy as np
import pytest

from companion import models

SMALL = {"width": 8, "input_shape": (8, 8, 1), "classes": 3}
BUILDERS = {
    "plain": lambda seed=0, **k: models.plain_network(seed, depth=10, **SMALL | k),
    "residual": lambda seed=0, **k: models.residual_network(
        seed, depth=10, **SMALL | k
    ),
    "inception": lambda seed=0, **k: models.inception_network(
        seed, modules=2, **SMALL | k
    ),
}


@pytest.fixture(params=BUILDERS)
def builder(request):
    return BUILDERS[request.param]


def images(n=6):
    rng = np.random.default_rng(0)
    return rng.random((n, 8, 8, 1), dtype="float32"), rng.integers(3, size=n)


def test_networks_give_probabilities(builder):
    p = builder().predict(images()[0], verbose=0)
    assert p.shape == (6, 3)
    assert np.allclose(p.sum(axis=1), 1, atol=1e-5)


def test_seed_fixes_the_weights(builder):
    one, same, other = (builder(seed).get_weights() for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(one, same))
    assert not all(np.array_equal(a, b) for a, b in zip(one, other))


def test_networks_save_and_load(builder, tmp_path):
    model, (x, _) = builder(), images()
    model.save(tmp_path / "m.keras")
    again = keras.saving.load_model(tmp_path / "m.keras")
    before, after = (m.predict(x, verbose=0) for m in (model, again))
    assert np.allclose(before, after, atol=1e-6)


@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize("depth", [6, 10, 14])
def test_plain_and_residual_differ_in_the_skip_path_alone(depth, normalize):
    options = SMALL | {"depth": depth, "batch_normalization": normalize}
    plain = models.plain_network(5, **options)
    residual = models.residual_network(5, branch_init="he", **options)
    for a, b in zip(plain.get_weights(), residual.get_weights(), strict=True):
        assert np.array_equal(a, b)
    costs = [
        sum(c.multiply_adds for c in models.layer_costs(m)) for m in (plain, residual)
    ]
    assert costs[0] == costs[1]
    convs = [x for x in plain.layers if isinstance(x, keras.layers.Conv2D)]
    assert len(convs) == depth
    adds = [x for x in residual.layers if isinstance(x, keras.layers.Add)]
    assert len(adds) == (depth - 2) // 2


@pytest.mark.parametrize("normalize", [False, True])
def test_a_branch_from_zero_passes_its_input_on(normalize):
    x = images()[0]
    for start, same in (("zero", True), ("he", False)):
        model = models.residual_network(
            depth=10, branch_init=start, batch_normalization=normalize, **SMALL
        )
        first, last = (model.get_layer(n).output for n in ("relu1", "relu5"))
        inner = keras.Model(model.inputs, [first, last])
        assert np.allclose(*inner.predict(x, verbose=0), atol=1e-6) is same


def test_a_module_by_hand():
    # 16 channels in and out: 1×1 to 4; to 4 then 3×3 to 8; to 2 then 5×5 to 2; 2
    model = models.inception_network(modules=2, width=16, input_shape=(8, 8, 1))
    costs = {c.name: c for c in models.layer_costs(model)}
    parts = {
        "1x1": 16 * 4,
        "reduce3": 16 * 4,
        "3x3": 9 * 4 * 8,
        "reduce5": 16 * 2,
        "5x5": 25 * 2 * 2,
        "project": 16 * 2,
    }
    outputs = {"1x1": 4, "reduce3": 4, "3x3": 8, "reduce5": 2, "5x5": 2, "project": 2}
    for part, weights in parts.items():
        assert costs[f"s1m1_{part}"].parameters == weights + outputs[part]
        assert costs[f"s1m1_{part}"].multiply_adds == 4 * 4 * weights
    assert costs["s1m1_concat"].output_shape == (4, 4, 16)


def test_without_reduction_there_is_no_narrowing():
    model = BUILDERS["inception"](reduction=False)
    assert not [layer for layer in model.layers if "reduce" in layer.name]


@pytest.mark.parametrize(
    ("build", "options", "message"),
    [
        (models.plain_network, {"depth": 8}, "got 8"),
        (models.plain_network, {"depth": 2}, "got 2"),
        (models.plain_network, {"width": 0}, "width must be at least 1"),
        (models.residual_network, {"branch_init": "ones"}, "got 'ones'"),
        (models.inception_network, {"modules": 3}, "modules=3"),
        (models.inception_network, {"width": 12}, "width=12"),
        (models.plain_network, {"classes": 1}, "classes must be at least 2"),
        (models.plain_network, {"input_shape": (32, 32)}, r"got \(32, 32\)"),
        (models.plain_network, {"input_shape": (7, 32, 3)}, r"input_shape\[0\]"),
    ],
)
def test_settings_out_of_range_are_named(build, options, message):
    with pytest.raises(ValueError, match=message):
        build(**options)
