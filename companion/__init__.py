"""The tested code behind the executable course on foundation models.

Chapters import from here; nothing here imports from the book. Importing this
package is cheap: Keras and its backend load only when a function needs them.
"""

__all__ = ["set_seed"]


def set_seed(seed: int) -> None:
    """Seed Python, NumPy and the Keras backend.

    Args:
        seed: A non-negative integer below 2**32, of Python's or NumPy's.

    Raises:
        TypeError: If ``seed`` is not an integer.
        ValueError: If ``seed`` is out of range.

    Example:
        >>> import companion, numpy as np
        >>> companion.set_seed(0)
        >>> a = np.random.random()
        >>> companion.set_seed(0)
        >>> a == np.random.random()
        True
    """
    from companion._seeds import checked_seed

    seed = checked_seed(seed)
    import keras

    keras.utils.set_random_seed(seed)
