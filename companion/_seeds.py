"""The one check of a seed; everything random in the package goes through it."""

import numbers

__all__ = ["checked_seed"]


def checked_seed(seed, name: str = "seed") -> int:
    """Return a seed as an int of Python's, whatever kind of integer it was.

    Args:
        seed: What to check.
        name: The argument's name, for the message.

    Returns:
        The seed.

    Raises:
        TypeError: If it is not an integer.
        ValueError: If it is not in [0, 2**32).

    Example:
        >>> checked_seed(7)
        7
    """
    if isinstance(seed, bool) or not isinstance(seed, numbers.Integral):
        raise TypeError(f"{name} must be an int, got {seed!r} ({type(seed).__name__})")
    if not 0 <= seed < 2**32:
        raise ValueError(f"{name} must be in [0, 2**32), got {seed}")
    return int(seed)
