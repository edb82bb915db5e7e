"""Chapter 5's experiments change what their names say, and nothing else."""

import json
from dataclasses import asdict
from pathlib import Path

from companion.experiments.cnn import ABLATION, CURVE
from companion.training import BETTER

STORED = Path(__file__).parents[3] / "book" / "experiments" / "05-cnn.json"


def changes(recipe):
    whole = asdict(BETTER)
    return {k: v for k, v in asdict(recipe).items() if v != whole[k]}


def test_points_of_the_curve_differ_in_length_and_in_what_they_name():
    got = {name: changes(recipe) for name, (_, recipe) in CURVE.items()}
    assert got == {
        "1/4 epoch, batches of 64": {"epochs": 0.25, "batch_size": 64},
        "1/2 epoch": {"epochs": 0.5},
        "1 epoch": {"epochs": 1},
        "2 epochs": {"epochs": 2},
        "3 epochs": {},
        "3 epochs, bfloat16": {},
    }


def test_a_point_with_other_batches_says_so():
    for runs in (CURVE, ABLATION):
        for name, (_, recipe) in runs.items():
            if recipe.batch_size != BETTER.batch_size:
                assert f"batches of {recipe.batch_size}" in name


def test_an_ablation_takes_one_thing_away():
    for name, (build, recipe) in ABLATION.items():
        options = getattr(build, "keywords", {})
        assert len(options) + len(changes(recipe)) <= 1 or "constant" in name
        if not options and not changes(recipe):
            assert name == "the article's network"


def test_models_are_built_from_a_seed():
    model = CURVE["3 epochs, bfloat16"][0](3)
    assert model.get_layer("conv2").compute_dtype == "bfloat16"
    assert "pool1" in [layer.name for layer in ABLATION["pooled stem"][0](3).layers]
    assert ABLATION["the article's network"][0](3).count_params() == 93_322
    kinds = {type(x).__name__ for x in ABLATION["no batch normalization"][0](3).layers}
    assert "BatchNormalization" not in kinds


def test_the_stored_results_have_the_same_names():
    stored = json.loads(STORED.read_text(encoding="utf-8"))
    assert list(stored["curve"]) == list(CURVE)
    assert list(stored["ablation"]) == ["3 epochs", *ABLATION]
