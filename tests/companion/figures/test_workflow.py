"""companion/figures/workflow.py: what is drawn where."""

import pytest
from matplotlib.colors import same_color

from companion import figures


def places(fig):
    return {text.get_text(): text.get_position() for text in fig.axes[0].texts}


def test_workflow_draws_five_steps_from_left_to_right():
    at = places(figures.workflow())
    steps = sorted((name for name in at if name[:1].isdigit()), key=lambda n: at[n])
    assert [name[0] for name in steps] == ["1", "2", "3", "4", "5"]
    assert len({at[name][1] for name in steps}) == 1


def test_workflow_uses_the_test_rows_after_evaluating_and_before_deploying():
    fig = figures.workflow()
    at = places(fig)
    assert at["score, once"][1] == at["test rows"][1]
    assert at["4 evaluate"][0] < at["score, once"][0] < at["5 deploy"][0]
    compare = [t.get_position() for t in fig.axes[0].texts if t.get_text() == "compare"]
    steps = ("1 prepare", "3 train", "4 evaluate")
    assert compare == [(at[step][0], at["validation rows"][1]) for step in steps]
    assert at["check, watch"] == (at["5 deploy"][0], at["new rows"][1])


def test_training_rows_serve_the_first_three_steps_only():
    fig = figures.workflow()
    at = places(fig)
    learn = {t.get_position() for t in fig.axes[0].texts if t.get_text() == "learn"}
    steps = ("1 prepare", "2 choose", "3 train")
    assert learn == {(at[step][0], at["training rows"][1]) for step in steps}


@pytest.mark.parametrize("folds", [2, 5])
def test_each_fold_is_held_out_once(folds):
    fig = figures.cross_validation(folds)
    texts = fig.axes[0].texts
    held_out = [t.get_position() for t in texts if t.get_text() == "evaluate"]
    assert len(held_out) == folds
    for axis in (0, 1):
        assert len({place[axis] for place in held_out}) == folds
    assert sum(t.get_text() == "train" for t in texts) == folds * (folds - 1)
    filled = [p for p in fig.axes[0].patches if not same_color(p.get_fc(), "none")]
    boxes = [p for p in filled if p.get_alpha()]
    assert len(boxes) == folds
    assert {f"fold {folds}", f"round {folds}", f"score {folds}", "mean score"} <= {
        t.get_text() for t in texts
    }


@pytest.mark.parametrize("folds", [1, 2.5, float("nan")])
def test_cross_validation_wants_two_folds(folds):
    with pytest.raises(ValueError, match="folds must be"):
        figures.cross_validation(folds)
