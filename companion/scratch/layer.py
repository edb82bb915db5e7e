"""What all layers share: building, checking, and remembering for the way back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from companion._checks import finite
from companion._seeds import checked_seed
from companion.scratch.windows import Windows

__all__ = ["Layer"]

DTYPES = ("float32", "float64")


class Layer:
    r"""A function with parameters, and its derivative.

    A layer computes :math:`y = f(x; \theta)` on the way forward. On the way back it
    is given :math:`\partial L / \partial y` and, by the chain rule, returns
    :math:`\partial L / \partial x` and keeps :math:`\partial L / \partial \theta`
    (Rumelhart, Hinton & Williams, 1986; Goodfellow et al., 2016, section 6.5):

    .. math::

        \frac{\partial L}{\partial x}
        = \Bigl(\frac{\partial y}{\partial x}\Bigr)^{\!\top}
          \frac{\partial L}{\partial y},
        \qquad
        \frac{\partial L}{\partial \theta}
        = \Bigl(\frac{\partial y}{\partial \theta}\Bigr)^{\!\top}
          \frac{\partial L}{\partial y} .

    The Jacobians are never formed: each layer knows a short formula for the products.

    A layer of your own defines ``_forward(x, training)``, which returns the output and
    whatever the way back needs, and ``_backward(gradient, cache, input_gradient)``;
    if it has parameters or changes the shape, also ``_build(rng)``, which fills
    ``parameters`` and returns the output's shape.

    Args:
        name: The layer's name; :class:`Sequential` gives one if you do not.

    Attributes:
        name: The layer's name.
        input_shape: Shape of one example that comes in, without the batch axis.
        output_shape: Shape of one example that goes out.
        dtype: Of everything the layer takes, keeps and returns.
        parameters: What training changes, by name: ``"kernel"``, ``"bias"``, …
        gradients: The loss's derivative by each parameter, after ``backward``.
        state: What the layer learns in another way, such as moving averages.

    Example:
        >>> class Double(Layer):
        ...     def _forward(self, x, training):
        ...         return 2 * x, None
        ...
        ...     def _backward(self, gradient, cache, input_gradient):
        ...         return 2 * gradient
        >>> double = Double()
        >>> double.build((3,), rng=0)
        (3,)
        >>> double.forward(np.ones((1, 3), "float32"))
        array([[2., 2., 2.]], dtype=float32)
    """

    def __init__(self, name: str | None = None):
        self.name = name
        self.input_shape: tuple[int, ...] | None = None
        self.output_shape: tuple[int, ...] | None = None
        self.dtype: np.dtype | None = None
        self.parameters: dict[str, np.ndarray] = {}
        self.gradients: dict[str, np.ndarray] = {}
        self.state: dict[str, np.ndarray] = {}
        self._cache: tuple[Any, int] | None = None

    def __repr__(self):
        return f"{self._label}: {self.input_shape} -> {self.output_shape}"

    def build(
        self,
        input_shape: Sequence[int],
        rng: np.random.Generator | int,
        dtype: str = "float32",
    ) -> tuple[int, ...]:
        """Fix the input's shape and draw the initial parameters.

        Args:
            input_shape: Shape of one example, without the batch axis.
            rng: Generator of the initial parameters, or a seed for one.
            dtype: ``"float32"``, or ``"float64"`` for checking gradients.

        Returns:
            The shape of one example that comes out.

        Raises:
            TypeError: If ``dtype`` is another one.
            ValueError: If the layer cannot take such an input.

        Example:
            >>> from companion.scratch import Dense
            >>> Dense(4).build((3,), rng=0)
            (4,)
        """
        if np.dtype(dtype).name not in DTYPES:
            raise TypeError(
                f"{self._label}: dtype must be one of {DTYPES}, got {dtype}"
            )
        sizes = tuple(input_shape)
        if not sizes or not all(
            isinstance(size, int | np.integer) and size >= 1 for size in sizes
        ):
            raise ValueError(
                f"{self._label}: input_shape must be the sizes of one example, "
                f"all at least 1, got {sizes}"
            )
        if not isinstance(rng, np.random.Generator):
            rng = np.random.default_rng(checked_seed(rng, f"{self._label}: rng"))
        self.input_shape, self.dtype = tuple(map(int, sizes)), np.dtype(dtype)
        self.parameters, self.gradients, self.state = {}, {}, {}
        # If it fails now, what an earlier call has built must not answer in its place.
        self._cache = self.output_shape = None
        self.output_shape = self._build(rng)
        return self.output_shape

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        """Compute the output for a batch.

        Args:
            x: The batch, shape ``(N, *input_shape)``, of the layer's dtype.
            training: Whether this pass belongs to training; it matters to
                :class:`Dropout` and :class:`BatchNormalization` alone.

        Returns:
            The output, shape ``(N, *output_shape)``.

        Raises:
            RuntimeError: If the layer has not been built.
            TypeError: If ``x`` is no array of the layer's dtype.
            ValueError: If ``x`` has another shape, no examples, or a value that is NaN
                or infinite.
        """
        self._cache = None
        self._check_input(x)
        finite(f"{self._label}: input", x)
        return self._pass(x, training)

    def _check_input(self, x) -> None:
        """Raise unless the layer is built and can take such a batch."""
        if self.output_shape is None:
            raise RuntimeError(
                f"{self._label}: forward needs a built layer; call "
                "build(input_shape, rng) first, or put the layer into a Sequential"
            )
        self._check(x, "input", "N", self.input_shape)
        if not len(x):
            raise ValueError(f"{self._label}: expected at least one example, got none")

    def _pass(self, x: np.ndarray, training: bool) -> np.ndarray:
        """Compute the output, whether finite or not: as a layer within a network."""
        self._check_input(x)
        y, cache = self._forward(x, training)
        self._cache = cache, len(x)
        return y

    def backward(
        self, gradient: np.ndarray, input_gradient: bool = True
    ) -> np.ndarray | None:
        """Carry the loss's gradient from the output of the last pass to its input.

        The gradients of the parameters go to ``gradients``; those of an earlier call
        are replaced, not added to.

        Args:
            gradient: The loss's derivative by the output, shape ``(N, *output_shape)``.
            input_gradient: Whether the input's gradient is wanted. A network's first
                layer need not compute it.

        Returns:
            The loss's derivative by the input, shape ``(N, *input_shape)``, or None if
            it is not wanted.

        Raises:
            RuntimeError: If there was no forward pass.
            TypeError: If ``gradient`` is no array of the layer's dtype.
            ValueError: If ``gradient`` has another shape than the last output, or a
                value that is NaN or infinite.
        """
        if isinstance(gradient, np.ndarray) and self._cache is not None:
            finite(f"{self._label}: gradient", gradient)
        return self._return(gradient, input_gradient)

    def _return(self, gradient, input_gradient: bool = True) -> np.ndarray | None:
        """Carry a gradient back, whether finite or not: as within a network."""
        if self._cache is None:
            raise RuntimeError(
                f"{self._label}: backward needs what a forward pass leaves behind; "
                "call forward(x) first"
            )
        cache, examples = self._cache
        self._check(gradient, "gradient", examples, self.output_shape)
        return self._backward(gradient, cache, input_gradient)

    def _build(self, rng: np.random.Generator) -> tuple[int, ...]:
        return self.input_shape

    def _forward(self, x: np.ndarray, training: bool) -> tuple[np.ndarray, Any]:
        raise NotImplementedError(f"{type(self).__name__} defines no _forward")

    def _backward(self, gradient: np.ndarray, cache: Any, input_gradient: bool):
        raise NotImplementedError(f"{type(self).__name__} defines no _backward")

    @property
    def _label(self) -> str:
        kind = type(self).__name__
        return f"{kind} {self.name!r}" if self.name else kind

    def _check(self, array, what: str, examples: int | str, shape) -> None:
        """Raise unless the dtype and shape are right; "N" is any number of examples."""
        if not isinstance(array, np.ndarray) or array.dtype != self.dtype:
            got = array.dtype if isinstance(array, np.ndarray) else type(array).__name__
            raise TypeError(
                f"{self._label}: expected the {what} as an array of {self.dtype}, got "
                f"{got}; convert it with np.asarray({what}, {self.dtype.name!r})"
            )
        if array.shape[1:] != shape or examples not in ("N", len(array)):
            wanted = ", ".join(str(size) for size in (examples, *shape))
            raise ValueError(
                f"{self._label}: expected the {what} in shape ({wanted}), got "
                f"{array.shape}"
            )

    def _check_rank(self, *axes: str) -> None:
        """Raise unless one example has these axes."""
        if len(self.input_shape) != len(axes):
            raise ValueError(
                f"{self._label}: expected examples of shape ({', '.join(axes)}), got "
                f"{self.input_shape}"
            )

    def _check_count(self, what: str, value) -> int:
        """Return a positive whole number, or raise."""
        if isinstance(value, bool) or not isinstance(value, int | np.integer):
            raise TypeError(
                f"{self._label}: {what} must be a whole number, got {value!r} "
                f"({type(value).__name__})"
            )
        if value < 1:
            raise ValueError(f"{self._label}: {what} must be at least 1, got {value}")
        return int(value)

    def _check_pair(self, what: str, value) -> tuple[int, int]:
        """Return two positive whole numbers, one number standing for both, or raise."""
        pair = value if isinstance(value, tuple | list) else (value, value)
        if len(pair) != 2:
            raise ValueError(
                f"{self._label}: {what} must be one whole number or two, got {value!r}"
            )
        return tuple(self._check_count(what, size) for size in pair)

    def _check_padding(self, padding) -> str:
        if padding not in ("valid", "same"):
            raise ValueError(
                f"{self._label}: padding must be 'valid' or 'same', got {padding!r}"
            )
        return padding

    def _fit_windows(self, *arguments) -> Windows:
        """Return windows that fit the input, or raise with the layer's name."""
        try:
            return Windows(*arguments)
        except ValueError as error:
            raise ValueError(f"{self._label}: {error}") from None
