"""What all checks share: stubs, hints instead of crashes, the line that says right."""

from __future__ import annotations

import dis
import functools
import inspect
import sys
from collections.abc import Callable, Mapping

__all__ = ["WrongAnswerError", "check", "compare_predictions", "right"]

# What the body of a function is made of if there is nothing in it.
_NOTHING = {"RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST"}


class WrongAnswerError(ValueError):
    """An exercise's answer is wrong; the message is a hint."""


def right(what: str) -> None:
    """Print that an answer is right, and what was checked.

    Args:
        what: What was checked.
    """
    text, encoding = f"✓ right: {what}", getattr(sys.stdout, "encoding", None)
    try:
        text.encode(encoding or "utf-8")
    except UnicodeEncodeError:  # a console of another country's encoding
        text = f"OK right: {what}".encode(encoding, "replace").decode(encoding)
    print(text)


def compare_predictions(
    prediction: Mapping[str, float],
    questions: Mapping[str, tuple[float, Mapping[float, str], str]],
) -> None:
    """Compare numbers that a reader predicted with those that a run gives.

    Args:
        prediction: The predictions by name.
        questions: For each name the number that is right, hints by wrong number, and
            the hint for any other.

    Raises:
        WrongAnswerError: With a hint, if a prediction is wrong or missing.

    Example:
        >>> compare_predictions({"six": 6}, {"six": (6, {9: "turn it"}, "count")})
        ✓ right: all 1 predictions
    """
    if set(prediction) != set(questions):
        raise WrongAnswerError(
            f"expected predictions named {list(questions)}, got {list(prediction)}"
        )
    for name, (want, hints, otherwise) in questions.items():
        got = prediction[name]
        if got != want:
            hint = hints.get(got, otherwise)
            raise WrongAnswerError(f"{name}: {got} is not what a run gives; {hint}")
    right(f"all {len(questions)} predictions")


def check(test: Callable[..., None]) -> Callable[..., None]:
    """Make a check of answers out of a function that tests them.

    An answer that is still ``...``, or a function with nothing in it, is not tested: a
    line says what to do. Whatever goes wrong while answers are tested becomes a hint.

    Args:
        test: Takes the answers; prints a line or raises :class:`WrongAnswerError`.

    Returns:
        The check.

    Example:
        >>> @check
        ... def check_double(answer):
        ...     if answer(2) != 4:
        ...         raise WrongAnswerError("twice the number")
        ...     right("double")
        >>> def double(x):
        ...     ...
        >>> check_double(double)
        not answered yet: replace the ... in double, then run this cell again
        >>> check_double(lambda x: 2 * x)
        ✓ right: double
    """
    signature = inspect.signature(test)

    @functools.wraps(test)
    def checked(*args, **kwargs) -> None:
        answers = signature.bind(*args, **kwargs)
        missing = [
            getattr(answer, "__name__", name) if inspect.isfunction(answer) else name
            for name, answer in answers.arguments.items()
            if _is_open(answer)
        ]
        if missing:
            print(
                f"not answered yet: replace the ... in {', '.join(missing)}, "
                "then run this cell again"
            )
            return
        for name, answer in answers.arguments.items():
            if inspect.isfunction(answer):
                answers.arguments[name] = _guard(answer)
        try:
            test(*answers.args, **answers.kwargs)
        except WrongAnswerError:
            raise
        except Exception as error:
            raise WrongAnswerError(
                "the answer does not have the type or the shape that is asked for: "
                f"{type(error).__name__}: {error}"
            ) from error

    return checked


def _is_open(answer: object) -> bool:
    if answer is ...:
        return True
    if isinstance(answer, Mapping):
        return any(_is_open(part) for part in answer.values())
    if isinstance(answer, list | tuple):
        return any(_is_open(part) for part in answer)
    if not inspect.isfunction(answer):
        return False
    steps = list(dis.get_instructions(answer))
    return all(step.opname in _NOTHING for step in steps) and all(
        step.argval is None
        for step in steps
        if step.opname in ("LOAD_CONST", "RETURN_CONST")
    )


def _guard(answer: Callable) -> Callable:
    """Return the answer with its errors told as its own."""

    @functools.wraps(answer)
    def guarded(*args, **kwargs):
        try:
            found = answer(*args, **kwargs)
        except Exception as error:
            raise WrongAnswerError(
                f"{answer.__name__} raised {type(error).__name__}: {error}"
            ) from error
        if found is None:
            raise WrongAnswerError(
                f"{answer.__name__} returned None; does it end with return?"
            )
        return found

    return guarded
