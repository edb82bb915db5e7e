"""Checks of the chapters' coding exercises, one module per chapter.

Each check takes the reader's answer, prints one line if it is right, and raises
:class:`WrongAnswerError` with a hint if it is not.
"""

from companion.exercises._answer import WrongAnswerError

__all__ = ["WrongAnswerError"]
