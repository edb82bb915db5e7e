import pytest

from companion.exercises import WrongAnswerError, primer


def rejects(check, answer, hint):
    with pytest.raises(WrongAnswerError, match=hint):
        check(answer)


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (8, "what could make two of them differ"),
        (2, "2 would need a reason"),
        (0, "0 would need a reason"),
        (True, "expected a whole number, got True"),
        ("one", "expected a whole number, got 'one'"),
    ],
)
def test_symmetry_rejects(answer, hint):
    rejects(primer.check_symmetry, answer, hint)


def test_symmetry_accepts_a_guess_that_is_right(capsys):
    primer.check_symmetry(1)
    assert capsys.readouterr().out == "✓ right: equal neurons stay equal\n"


def derivatives(a, b, c):
    total, largest = a + b, max(b, c)
    return largest, largest + (total if b > c else 0), 0 if b > c else total


def test_derivatives_accepts_and_agrees_with_differences(capsys):
    primer.check_derivatives(derivatives)
    assert capsys.readouterr().out.startswith("✓ right")

    def f(a, b, c):
        return (a + b) * max(b, c)

    for point in ((1.0, 2.0, 3.0), (1.0, 3.0, 2.0)):
        for k, want in enumerate(derivatives(*point)):
            up, down = list(point), list(point)
            up[k] += 1e-6
            down[k] -= 1e-6
            assert (f(*up) - f(*down)) / 2e-6 == pytest.approx(want, abs=1e-5)


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        (lambda a, b, c: (1, *derivatives(a, b, c)[1:]), "multiply swaps"),
        (lambda a, b, c: (max(b, c), max(b, c), (a + b) * (c > b)), "b is used twice"),
        (
            lambda a, b, c: (*derivatives(a, b, c)[:2], a + b),
            "c gets something only if it is the larger",
        ),
        (lambda a, b, c: (1.0, 2.0), "expected three derivatives, got 2"),
    ],
)
def test_derivatives_rejects(change, hint):
    rejects(primer.check_derivatives, change, hint)
