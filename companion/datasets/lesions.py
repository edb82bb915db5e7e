"""Patches of two chest CT scans: a lesion, or other tissue beside the lung."""

import functools
from dataclasses import dataclass

import numpy as np

from companion.datasets._card import Card, card
from companion.datasets._files import read_npz

__all__ = ["LungPatches", "lung_patches"]


@dataclass(frozen=True, eq=False, repr=False)
class LungPatches:
    """Square patches of CT scans, and where each was cut out.

    Attributes:
        x: Patches, (N, 32, 32, 1) float32 in [0, 1]: 48 x 48 pixels of the scan, made
            smaller. 0 is a CT number of -1000 or less, 1 is 400 or more.
        y: Labels, (N,) int64: 1 if the patch's middle lies in the lesion.
        patient: Which of the two patients, (N,) int64, 1 or 2.
        slice: Number of the scan's slice, (N,) int64; slices are 5 mm apart.
        position: Row and column of the patch's middle, (N, 2) int64, in pixels of
            the scan (0.57 mm for patient 1, 0.63 mm for patient 2).
        names: Names of the classes; the label ``k`` means ``names[k]``.
        card: The data card: source, license, known faults.
    """

    x: np.ndarray
    y: np.ndarray
    patient: np.ndarray
    slice: np.ndarray
    position: np.ndarray
    names: tuple[str, ...]
    card: Card

    def __repr__(self) -> str:
        shape = "x".join(map(str, self.x.shape[1:]))
        return (
            f"{type(self).__name__}({self.card.name}: {len(self.y)} patches of "
            f"{len(np.unique(self.patient))} patients; {shape} {self.x.dtype}; "
            f"{len(self.names)} classes)"
        )

    @property
    def hounsfield(self) -> np.ndarray:
        """The CT numbers of the patches in Hounsfield units, (N, 32, 32) float32.

        To within 3 units, and cut off at -1000 and 400.
        """
        return self.x[..., 0] * 1400 - 1000


def lung_patches() -> LungPatches:
    """Load patches of the lesion and of other tissue in two chest CT scans.

    In every slice that the lesion crosses, equally many patches whose middle lies in
    the lesion and patches without a pixel of it. The middle of each is tissue and at
    least a tenth of the patch is lung. Source: the test cases of pyradiomics (van
    Griethuysen et al., 2017); see the card.

    Returns:
        The patches, ordered by patient, slice and class. The arrays are fresh copies
        in every call.

    Raises:
        ValueError: If the file is damaged.
        FileNotFoundError: If the file is missing.

    Example:
        >>> data = lung_patches()
        >>> data
        LungPatches(lung_patches: 3080 patches of 2 patients; 32x32x1 float32; ...)
        >>> [int((data.patient == k).sum()) for k in (1, 2)]
        [660, 2420]
    """
    raw, about = _raw(), card("lung_patches")
    return LungPatches(
        x=raw["x"][..., np.newaxis] / np.float32(255),
        y=raw["y"].astype(np.int64),
        patient=raw["patient"].astype(np.int64),
        slice=raw["slice"].astype(np.int64),
        position=np.stack([raw["row"], raw["column"]], axis=1).astype(np.int64),
        names=about.classes,
        card=about,
    )


@functools.cache
def _raw() -> dict[str, np.ndarray]:
    arrays = read_npz(card("lung_patches").file)
    for array in arrays.values():
        array.setflags(write=False)
    return arrays
