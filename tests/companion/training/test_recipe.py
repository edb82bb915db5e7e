"""A recipe is data, and sound."""

import dataclasses
import json

import numpy as np
import pytest

from companion.training import ARTICLE, Recipe


def test_the_articles_recipe_takes_1875_steps_an_epoch():
    assert ARTICLE.steps_per_epoch(60_000) == 1875
    assert ARTICLE.steps(60_000) == 9375


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"epochs": 0}, "got 0"),
        ({"epochs": 2.5}, "whole number or a fraction below 1, got 2.5"),
        ({"batch_size": 0}, "batch_size must be at least 1, got 0"),
        ({"learning_rate": -1}, "learning_rate must be positive, got -1"),
        ({"schedule": "linear"}, r"one of \('constant', .*got 'linear'"),
        ({"warmup": 1}, r"warmup must be in \[0, 1\), got 1"),
        ({"label_smoothing": 1.5}, r"label_smoothing must be in \[0, 1\), got 1.5"),
        ({"max_shift": -1}, "max_shift must not be negative, got -1"),
    ],
)
def test_a_recipe_refuses_nonsense(changes, message):
    with pytest.raises(ValueError, match=message):
        ARTICLE.but(**changes)


def test_a_recipe_names_an_unknown_field():
    with pytest.raises(TypeError, match=r"no field \['lr'\]; its fields are .*epochs"):
        ARTICLE.but(lr=1)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, True, "3", None])
@pytest.mark.parametrize(
    "name",
    [
        *("epochs", "batch_size", "learning_rate"),
        *("warmup", "label_smoothing", "max_shift"),
    ],
)
def test_a_recipe_refuses_what_is_no_number(name, value):
    for make in (ARTICLE.but, lambda **change: Recipe(**{"epochs": 1, **change})):
        with pytest.raises((TypeError, ValueError), match=f"^{name} must be .*got"):
            make(**{name: value})


@pytest.mark.parametrize("name", ["batch_size", "max_shift"])
def test_a_recipe_refuses_fractions_of_wholes(name):
    with pytest.raises((TypeError, ValueError), match=rf"^{name} must be .*got 2\.5"):
        ARTICLE.but(**{name: 2.5})


@pytest.mark.parametrize("schedule", [None, 3, ["cosine"], np.nan])
def test_a_recipe_names_a_schedule_that_is_none(schedule):
    with pytest.raises(ValueError, match="schedule must be one of"):
        ARTICLE.but(schedule=schedule)


@pytest.mark.parametrize("examples", [0, -1, np.nan, np.inf, 0.5, True, "9"])
def test_steps_need_examples(examples):
    for count in (ARTICLE.steps, ARTICLE.steps_per_epoch):
        with pytest.raises((TypeError, ValueError), match="examples must be .*got"):
            count(examples)


def test_a_recipe_of_numpys_numbers_is_plain_data():
    recipe = Recipe(
        epochs=np.int64(2), batch_size=np.int32(8), learning_rate=np.float32(0.5)
    )
    assert recipe == Recipe(epochs=2, batch_size=8, learning_rate=0.5)
    assert json.loads(json.dumps(dataclasses.asdict(recipe)))["batch_size"] == 8
    assert recipe.steps(np.int64(20)) == 6
