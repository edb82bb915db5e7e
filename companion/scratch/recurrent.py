"""Recurrent layers: one step of the same function for each step of a sequence."""

from __future__ import annotations

import numpy as np

from companion.scratch.activations import logistic
from companion.scratch.initializers import glorot_uniform, orthogonal
from companion.scratch.layer import Layer

__all__ = ["LSTM", "SimpleRNN"]


class _Recurrent(Layer):
    """A kernel for the input, one for the last output, and a bias."""

    gates = 1

    def __init__(
        self, units: int, return_sequences: bool = False, name: str | None = None
    ):
        super().__init__(name)
        self.units = self._check_count("units", units)
        self.return_sequences = return_sequences

    def _build(self, rng):
        self._check_rank("T", "F")
        steps, features = self.input_shape
        width = self.gates * self.units
        self.parameters["kernel"] = glorot_uniform((features, width), rng, self.dtype)
        self.parameters["recurrent_kernel"] = orthogonal(
            (self.units, width), rng, self.dtype
        )
        self.parameters["bias"] = np.zeros(width, self.dtype)
        return (steps, self.units) if self.return_sequences else (self.units,)

    def _sums(self, x):
        """Return what the inputs add to every gate at every step, (T, N, gates U)."""
        sums = x.transpose(1, 0, 2) @ self.parameters["kernel"]  # (T, N, F) (F, gU)
        sums += self.parameters["bias"]
        return sums

    def _output(self, h):
        """Return the outputs (N, T, U), or the last one (N, U), from h (T, N, U)."""
        return h.transpose(1, 0, 2).copy() if self.return_sequences else h[-1].copy()

    def _collect(self, x, before, sums, input_gradient):
        """Turn the gradients of the gates' sums, (T, N, gates U), into all others."""
        flat = sums.reshape(-1, sums.shape[-1])  # (T N, gU)
        x = x.transpose(1, 0, 2).reshape(len(flat), -1)  # (T N, F)
        before = before.reshape(len(flat), -1)  # (T N, U): the outputs a step earlier
        self.gradients["kernel"] = x.T @ flat  # (F, gU)
        self.gradients["recurrent_kernel"] = before.T @ flat  # (U, gU)
        self.gradients["bias"] = flat.sum(axis=0)  # (gU,)
        if not input_gradient:
            return None
        back = sums @ self.parameters["kernel"].T  # (T, N, gU) (gU, F) -> (T, N, F)
        return np.ascontiguousarray(back.transpose(1, 0, 2))

    def _gradient_of_step(self, gradient, t, steps):
        """Return what step t's output (N, U) gets from outside the layer."""
        if self.return_sequences:
            return gradient[:, t]
        return gradient if t == steps - 1 else 0


class SimpleRNN(_Recurrent):
    r"""A recurrent layer whose output is its whole memory.

    .. math::

        h_t = \tanh(x_t W + h_{t-1} U + b), \qquad h_0 = 0

    (Elman, 1990). On the way back (back-propagation through time; Goodfellow et al.,
    2016, section 10.2.2), :math:`h_t` collects what its own output and the next step
    send:

    .. math::

        \frac{\partial L}{\partial a_t} = (1 - h_t^2) \odot \Bigl(
        \frac{\partial L}{\partial y_t}
        + \frac{\partial L}{\partial a_{t+1}} U^\top \Bigr), \qquad
        a_t = x_t W + h_{t-1} U + b .

    Args:
        units: Length of :math:`h`.
        return_sequences: Whether to return every :math:`h_t`, or only the last.
        name: The layer's name.

    Raises:
        TypeError: If ``units`` is no whole number.
        ValueError: If ``units`` is below 1.

    Example:
        >>> layer = SimpleRNN(1, return_sequences=True)
        >>> layer.build((3, 1), rng=0)
        (3, 1)
        >>> for name in ("kernel", "recurrent_kernel"):
        ...     layer.parameters[name][:] = 1
        >>> x = np.array([1, 0, 0], "float32").reshape(1, 3, 1)
        >>> layer.forward(x).ravel().round(3)  # an echo that fades
        array([0.762, 0.642, 0.566], dtype=float32)
    """

    def _forward(self, x, training):
        recurrent = self.parameters["recurrent_kernel"]  # (U, U)
        a = self._sums(x)  # (T, N, U)
        h = np.zeros((len(a) + 1, *a.shape[1:]), self.dtype)  # (T + 1, N, U), h_0 = 0
        for t in range(len(a)):
            np.tanh(a[t] + h[t] @ recurrent, out=h[t + 1])  # (N, U)
        return self._output(h[1:]), (x, h)

    def _backward(self, gradient, cache, input_gradient):
        x, h = cache
        recurrent = self.parameters["recurrent_kernel"]  # (U, U)
        steps = len(h) - 1
        sums = np.empty_like(h[1:])  # (T, N, U): the gradients by a
        later = np.zeros_like(h[0])  # (N, U): what step t + 1 sends back to h_t
        for t in reversed(range(steps)):
            back = self._gradient_of_step(gradient, t, steps) + later  # (N, U)
            np.multiply(back, 1 - h[t + 1] ** 2, out=sums[t])
            later = sums[t] @ recurrent.T  # (N, U) (U, U)
        return self._collect(x, h[:-1], sums, input_gradient)


class LSTM(_Recurrent):
    r"""A recurrent layer with a memory cell that gates keep, change and show.

    .. math::

        i_t &= \sigma(x_t W_i + h_{t-1} U_i + b_i), &\quad
        f_t &= \sigma(x_t W_f + h_{t-1} U_f + b_f), \\
        z_t &= \tanh(x_t W_c + h_{t-1} U_c + b_c), &\quad
        o_t &= \sigma(x_t W_o + h_{t-1} U_o + b_o), \\
        c_t &= f_t \odot c_{t-1} + i_t \odot z_t, &\quad
        h_t &= o_t \odot \tanh c_t

    (Hochreiter & Schmidhuber, 1997; the forget gate f is from Gers et al., 2000). The
    four kernels stand side by side in one, in the order i, f, c, o, as in Keras. The
    bias of the forget gate starts at 1, so that the cell remembers from the start
    (Jozefowicz et al., 2015). The gradient of the cell flows back through

    .. math::

        \frac{\partial L}{\partial c_t}
        = \frac{\partial L}{\partial h_t} \odot o_t \odot (1 - \tanh^2 c_t)
        + \frac{\partial L}{\partial c_{t+1}} \odot f_{t+1} .

    Args:
        units: Length of :math:`h` and :math:`c`.
        return_sequences: Whether to return every :math:`h_t`, or only the last.
        name: The layer's name.

    Raises:
        TypeError: If ``units`` is no whole number.
        ValueError: If ``units`` is below 1.

    Example:
        >>> layer = LSTM(2)
        >>> layer.build((5, 3), rng=0)
        (2,)
        >>> layer.parameters["kernel"].shape, layer.parameters["bias"].tolist()
        ((3, 8), [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0])
        >>> layer.forward(np.zeros((1, 5, 3), "float32"))
        array([[0., 0.]], dtype=float32)
    """

    gates = 4

    def _build(self, rng):
        output_shape = super()._build(rng)
        self.parameters["bias"][self.units : 2 * self.units] = 1
        return output_shape

    def _forward(self, x, training):
        recurrent = self.parameters["recurrent_kernel"]  # (U, 4U)
        gates = self._sums(x)  # (T, N, 4U)
        steps, examples, _ = gates.shape
        h = np.zeros((steps + 1, examples, self.units), self.dtype)  # h_0 = 0
        c = np.zeros_like(h)  # c_0 = 0
        for t in range(steps):
            gates[t] += h[t] @ recurrent  # (N, U) (U, 4U) -> (N, 4U)
            i, f, z, o = self._split(gates[t])  # each (N, U), a view
            for gate in (i, f, o):
                gate[:] = logistic(gate)
            np.tanh(z, out=z)
            c[t + 1] = f * c[t] + i * z
            h[t + 1] = o * np.tanh(c[t + 1])
        return self._output(h[1:]), (x, h, c, gates)

    def _backward(self, gradient, cache, input_gradient):
        x, h, c, gates = cache
        recurrent = self.parameters["recurrent_kernel"]  # (U, 4U)
        steps = len(gates)
        sums = np.empty_like(gates)  # (T, N, 4U): the gradients before the activations
        later = np.zeros_like(h[0])  # (N, U): what step t + 1 sends back to h_t
        cell = np.zeros_like(h[0])  # (N, U): the same for c_t
        for t in reversed(range(steps)):
            i, f, z, o = self._split(gates[t])
            squashed = np.tanh(c[t + 1])
            back = self._gradient_of_step(gradient, t, steps) + later  # (N, U)
            cell = cell + back * o * (1 - squashed**2)
            to_i, to_f, to_z, to_o = self._split(sums[t])
            to_i[:] = cell * z * i * (1 - i)
            to_f[:] = cell * c[t] * f * (1 - f)
            to_z[:] = cell * i * (1 - z**2)
            to_o[:] = back * squashed * o * (1 - o)
            cell = cell * f
            later = sums[t] @ recurrent.T  # (N, 4U) (4U, U) -> (N, U)
        return self._collect(x, h[:-1], sums, input_gradient)

    def _split(self, gates):
        """Return views of the four gates in (N, 4U)."""
        return np.split(gates, 4, axis=-1)
