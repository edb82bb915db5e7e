"""What every check shares: the error, and the line that says all is well."""

__all__ = ["WrongAnswerError", "right"]


class WrongAnswerError(ValueError):
    """An exercise's answer is wrong; the message is a hint."""


def right(what: str) -> None:
    """Print that an answer is right, and what was checked."""
    print(f"✓ right: {what}")
