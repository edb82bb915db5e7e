import pytest

from companion.exercises import vision
from companion.exercises._answer import WrongAnswerError

RIGHT = {"plain": 10, "he": 1024, "zero": 1, "skip": 0}


def cost(side, channels, one, reduce3, three, reduce5, five, pool):
    convs = [(channels, one, 1), (channels, pool, 1)]
    for narrow, out, k in ((reduce3, three, 3), (reduce5, five, 5)):
        convs += [(channels, narrow, 1)] * bool(narrow)
        convs.append((narrow or channels, out, k))
    weights = sum(k * k * c * out for c, out, k in convs)
    return weights + sum(out for _, out, _ in convs), side * side * weights


def weights_of(*case):
    return cost(*case)[1] // case[0] ** 2


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ({"plain": 9}, "1/512"),
        ({"plain": 42}, "smallest L"),
        ({"he": 2**20}, "square root"),
        ({"zero": 0}, "passes the input on"),
        ({"skip": 20}, "no weights"),
    ],
)
def test_depth_predictions(wrong, hint, capsys):
    vision.check_depth_predictions(RIGHT)
    assert "all 4" in capsys.readouterr().out
    with pytest.raises(WrongAnswerError, match=hint):
        vision.check_depth_predictions(RIGHT | wrong)


def no_reduction(side, channels, one, reduce3, three, reduce5, five, pool):
    return cost(side, channels, one, 0, three, 0, five, pool)


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda *a: (weights_of(*a), cost(*a)[1]), "bias"),
        (lambda *a: (cost(*a)[0], weights_of(*a)), "every position"),
        (lambda *a: (cost(*a)[0], a[0] * weights_of(*a)), "side × side"),
        (lambda *a: (cost(*a)[0], a[0] ** 2 * cost(*a)[0]), "not multiplied"),
        (lambda *a: cost(*a)[::-1], "parameters come first"),
        (no_reduction, "narrowed channels"),
        (lambda *a: (1, 2), "four paths"),
        (lambda *a: (1, 2, 3), "got 3 numbers"),
    ],
)
def test_inception_cost(answer, hint, capsys):
    vision.check_inception_cost(cost)
    assert "inception_cost" in capsys.readouterr().out
    with pytest.raises(WrongAnswerError, match=hint):
        vision.check_inception_cost(answer)
