"""Checks of the primer's exercises."""

from __future__ import annotations

from collections.abc import Callable

from companion.exercises._answer import WrongAnswerError, check, right

__all__ = ["check_derivatives", "check_symmetry"]


@check
def check_symmetry(different: int) -> None:
    """Check how many different neurons come of a hidden layer of equal ones.

    Args:
        different: The number of different neurons after training.

    Raises:
        WrongAnswerError: With a hint, if the number is another.

    Example:
        >>> check_symmetry(1)
        ✓ right: equal neurons stay equal
    """
    if isinstance(different, bool) or not isinstance(different, int):
        raise WrongAnswerError(f"expected a whole number, got {different!r}")
    if different == 8:
        raise WrongAnswerError(
            "what could make two of them differ? Compare the gradients of two neurons "
            "with the same weights"
        )
    if different != 1:
        raise WrongAnswerError(
            f"{different} would need a reason why some neurons stay equal and others "
            "do not; do any two get different gradients?"
        )
    right("equal neurons stay equal")


@check
def check_derivatives(
    answer: Callable[[float, float, float], tuple[float, float, float]],
) -> None:
    r"""Check the derivatives of :math:`(a + b) \max(b, c)`.

    Args:
        answer: From a, b and c to the derivatives with respect to a, b and c.

    Raises:
        WrongAnswerError: With a hint, if one is wrong.

    Example:
        >>> def derivatives(a, b, c):
        ...     wins = b > c
        ...     return max(b, c), max(b, c) + wins * (a + b), (not wins) * (a + b)
        >>> check_derivatives(derivatives)
        ✓ right: derivatives at 4 points
    """
    for point in (
        (1.0, 2.0, 3.0),
        (1.0, 3.0, 2.0),
        (-2.0, 0.5, -1.0),
        (4.0, -3.0, 5.0),
    ):
        a, b, c = point
        got = tuple(float(value) for value in answer(a, b, c))
        if len(got) != 3:
            raise WrongAnswerError(f"expected three derivatives, got {len(got)}")
        largest, total = max(b, c), a + b
        through_sum, through_max = largest, total if b > c else 0.0
        wanted = (largest, through_sum + through_max, 0.0 if b > c else total)
        for name, value, want in zip("abc", got, wanted):
            if abs(value - want) <= 1e-6:
                continue
            hint = {
                "a": "multiply swaps: a + b gets the other factor",
                "b": "b is used twice: add what comes back from the sum and what "
                "comes back from max",
                "c": "max routes: c gets something only if it is the larger one",
            }[name]
            raise WrongAnswerError(
                f"at a = {a:g}, b = {b:g}, c = {c:g} the derivative with respect to "
                f"{name} is {want:g}, got {value:g}; {hint}"
            )
    right("derivatives at 4 points")
