"""Sliding windows over images: the arithmetic that convolution and pooling share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

__all__ = ["Windows"]


@dataclass(frozen=True)
class Windows:
    r"""Where windows of one size lie on images of one size.

    Along an axis of size :math:`n`, a window of size :math:`k` and stride :math:`s`
    has :math:`\lceil (n - k + 1) / s \rceil` places if it must lie inside
    (``"valid"``), and :math:`\lceil n / s \rceil` if the image may be padded
    (``"same"``), with half of the padding, rounded down, before it (Dumoulin & Visin,
    2016; the rule is TensorFlow's).

    Attributes:
        image: (H, W) of the image.
        size: (kh, kw) of a window.
        strides: (sh, sw) between windows.
        padding: ``"valid"`` or ``"same"``.

    Raises:
        ValueError: If ``padding`` is another word, a size no whole number of at least
            1, or no window fits.

    Example:
        >>> windows = Windows((5, 5), (2, 2), (2, 2), "same")
        >>> windows.places, windows.pads
        ((3, 3), ((0, 1), (0, 1)))
    """

    image: tuple[int, int]
    size: tuple[int, int]
    strides: tuple[int, int]
    padding: str

    def __post_init__(self):
        if self.padding not in ("valid", "same"):
            raise ValueError(f"padding must be 'valid' or 'same', got {self.padding!r}")
        for name in ("image", "size", "strides"):
            pair = getattr(self, name)
            if len(pair) != 2 or not all(
                isinstance(n, int | np.integer) and n >= 1 for n in pair
            ):
                raise ValueError(
                    f"{name} must be two whole numbers of at least 1, got {pair}"
                )
        if min(self.places) < 1:
            raise ValueError(
                f"windows of {self.size} do not fit into images of {self.image}; "
                "take smaller windows or padding='same'"
            )

    @property
    def places(self) -> tuple[int, int]:
        """How many windows there are down and across."""
        return tuple(
            -(-n // s) if self.padding == "same" else -(-(n - k + 1) // s)
            for n, k, s in zip(self.image, self.size, self.strides)
        )

    @property
    def pads(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Rows added above and below, columns added left and right."""
        if self.padding == "valid":
            return (0, 0), (0, 0)
        pads = []
        for n, k, s, p in zip(self.image, self.size, self.strides, self.places):
            total = max((p - 1) * s + k - n, 0)
            pads.append((total // 2, total - total // 2))
        return tuple(pads)

    @property
    def overlap(self) -> bool:
        """Whether a pixel may lie in more than one window."""
        return any(k > s for k, s in zip(self.size, self.strides))

    def pad(self, x: np.ndarray, value: float = 0) -> np.ndarray:
        """Return images (N, H, W, C) with their padding; themselves if there is none.

        Args:
            x: The images.
            value: What the padding is filled with.

        Returns:
            The images, shape (N, H + pads, W + pads, C).

        Raises:
            ValueError: If the images are of another size.
        """
        if x.ndim != 4 or x.shape[1:3] != self.image:
            raise ValueError(
                f"expected images in shape (N, {self.image[0]}, {self.image[1]}, C), "
                f"got {x.shape}"
            )
        (top, bottom), (left, right) = self.pads
        if not (top or bottom or left or right):
            return x
        n, h, w, c = x.shape
        padded = np.full((n, h + top + bottom, w + left + right, c), value, x.dtype)
        padded[:, top : top + h, left : left + w] = x
        return padded

    def crop(self, padded: np.ndarray) -> np.ndarray:
        """Return the images inside their padding: the way back from :meth:`pad`.

        Args:
            padded: Images with padding.

        Returns:
            A view of shape (N, H, W, C).

        Raises:
            ValueError: If the padded images are of another size.
        """
        (top, _), (left, _) = self.pads
        h, w = self.image
        whole = tuple(n + sum(pad) for n, pad in zip(self.image, self.pads))
        if padded.ndim != 4 or padded.shape[1:3] != whole:
            raise ValueError(
                f"expected padded images in shape (N, {whole[0]}, {whole[1]}, C), got "
                f"{padded.shape}"
            )
        return padded[:, top : top + h, left : left + w]

    def offsets(self) -> Iterator[tuple[tuple[int, int], tuple[slice, ...]]]:
        """Go through the positions inside a window.

        Yields:
            The position (i, j), and the index of a padded batch that picks the pixel
            at (i, j) of every window: an array of shape (N, places, places, C).

        Example:
            >>> windows = Windows((4, 4), (2, 2), (2, 2), "valid")
            >>> x = np.arange(16).reshape(1, 4, 4, 1)
            >>> [x[index].ravel().tolist() for _, index in windows.offsets()]
            [[0, 2, 8, 10], [1, 3, 9, 11], [4, 6, 12, 14], [5, 7, 13, 15]]
        """
        (p, q), (sh, sw) = self.places, self.strides
        for i in range(self.size[0]):
            for j in range(self.size[1]):
                rows = slice(i, i + (p - 1) * sh + 1, sh)
                columns = slice(j, j + (q - 1) * sw + 1, sw)
                yield (i, j), (slice(None), rows, columns)
