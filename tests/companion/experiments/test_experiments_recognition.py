"""What the recognition experiment compares differs in what the names say alone."""

import pytest

from companion import models
from companion.experiments.recognition import NETWORKS, RATES


@pytest.fixture(scope="module")
def costs():
    built = {name: build(0) for name, build in NETWORKS.items()}
    return {
        name: (
            model.count_params(),
            sum(cost.multiply_adds for cost in models.layer_costs(model)),
        )
        for name, model in built.items()
    }


@pytest.mark.parametrize("depth", ["10 layers", "42 layers"])
def test_equal_depth_is_equal_cost(costs, depth):
    assert len({cost for name, cost in costs.items() if depth in name}) == 1


def test_modules_cost_what_ten_layers_cost(costs):
    modules, plain = costs["Inception modules"][1], costs["plain, 10 layers"][1]
    assert modules == pytest.approx(plain, rel=0.05)


def test_there_are_two_learning_rates():
    assert len(set(RATES)) >= 2
