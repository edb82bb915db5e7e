"""Checks of the chapters' coding exercises, one module per chapter.

Each check takes the reader's answer. It prints one line if the answer is right, says
what to do if it is still ``...``, and raises :class:`WrongAnswerError` with a hint if
it is wrong.
"""

from companion.exercises._answer import WrongAnswerError

__all__ = ["WrongAnswerError"]
