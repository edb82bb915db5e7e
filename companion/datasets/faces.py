"""Faces and what is none: small crops, and whole photographs to search.

Nothing here is embedded: the files are read from installed packages. The question is
always whether there is a face, never whose.
"""

from __future__ import annotations

import functools
import io
from dataclasses import dataclass

import numpy as np

from companion._installed import InstalledFile
from companion.datasets._card import Card, DataFile, card

__all__ = ["FaceCrops", "Photograph", "Photographs", "face_crops", "photographs"]

MINED = (
    "brick",
    "coffee",
    "grass",
    "gravel",
    "hubble_deep_field",
    "motorcycle_left",
    "rocket",
)
TESTED = ("astronaut", "grace_hopper", "chelsea", "china", "flower")
#: Centers of the pupils (x, y, x, y) in pixels, marked by hand by the book's authors.
PUPILS = {
    "astronaut": (203.0, 101.0, 246.5, 103.5),
    "grace_hopper": (221.0, 190.0, 305.0, 187.0),
}
#: In LFW's mean face: distance of the pupils, and their middle, over the crop's side.
EYES_APART, EYES_MIDDLE = 0.376, (0.46, 0.34)


@dataclass(frozen=True, eq=False, repr=False)
class FaceCrops:
    """Small gray crops, half of them faces.

    Attributes:
        images: (200, 25, 25, 1) float32 in [0, 1]; 0 is black.
        labels: (200,) int64; 1 for a face.
        names: Names of the classes; the label ``k`` means ``names[k]``.
        card: The data card: source, license, known faults.
    """

    images: np.ndarray
    labels: np.ndarray
    names: tuple[str, ...]
    card: Card

    def __repr__(self) -> str:
        faces = int(self.labels.sum())
        return f"FaceCrops({faces} faces, {len(self.labels) - faces} others; 25x25)"


@dataclass(frozen=True, eq=False, repr=False)
class Photograph:
    """One photograph in shades of gray.

    Attributes:
        name: The file's name without its ending.
        pixels: (H, W) float32 in [0, 1]; 0 is black.
        faces: Boxes (left, top, right, bottom) of the faces in pixels, (F, 4) float64.
    """

    name: str
    pixels: np.ndarray
    faces: np.ndarray

    def __repr__(self) -> str:
        height, width = self.pixels.shape
        return f"Photograph({self.name}: {height}x{width}, {len(self.faces)} faces)"


@dataclass(frozen=True, eq=False, repr=False)
class Photographs:
    """Photographs to find false alarms in, and others to test on.

    Attributes:
        mined: Seven photographs without a face.
        tested: Five others, the first two with one face each.
        names: Names of the classes on the card.
        card: The data card: source, licenses, known faults.
    """

    mined: tuple[Photograph, ...]
    tested: tuple[Photograph, ...]
    names: tuple[str, ...]
    card: Card

    def __repr__(self) -> str:
        return f"Photographs({len(self.mined)} mined, {len(self.tested)} tested)"


def face_crops() -> FaceCrops:
    """Load a hundred face crops of LFW and a hundred crops of background.

    Source: Huang et al. (2007), "Labeled Faces in the Wild", in the selection of
    scikit-image; see the card for consent and bias.

    Returns:
        The crops in the file's order, faces first; the arrays are the caller's own.

    Raises:
        FileNotFoundError: If scikit-image is missing.
        ValueError: If its file was altered.

    Example:
        >>> face_crops()
        FaceCrops(100 faces, 100 others; 25x25)
    """
    told = card("face_crops")
    images = np.load(io.BytesIO(_read(told.file, told)), allow_pickle=False)
    return FaceCrops(
        images=images.astype(np.float32)[..., np.newaxis],
        labels=np.repeat(np.array([1, 0], np.int64), 100),
        names=told.classes,
        card=told,
    )


def photographs() -> Photographs:
    """Load twelve photographs from scikit-image, scikit-learn and Matplotlib.

    Box of a face: a square with side ``pupil distance / 0.376`` whose pupils' middle
    lies at (0.46, 0.34) of it, as in the mean of the face crops.

    Returns:
        The photographs; the arrays are the caller's own.

    Raises:
        FileNotFoundError: If a package is missing.
        ValueError: If one of the files was altered.

    Example:
        >>> photographs().tested[0]
        Photograph(astronaut: 512x512, 1 faces)
    """
    told = card("photographs")
    files = {
        file.name.rsplit("/", 1)[1].split(".")[0]: file
        for file in (told.file, *told.further_files)
    }

    def load(name: str) -> Photograph:
        return Photograph(name, _decoded(files[name], told).copy(), _faces(name))

    return Photographs(
        mined=tuple(map(load, MINED)),
        tested=tuple(map(load, TESTED)),
        names=told.classes,
        card=told,
    )


def _faces(name: str) -> np.ndarray:
    if name not in PUPILS:
        return np.empty((0, 4))
    x1, y1, x2, y2 = PUPILS[name]
    side = np.hypot(x2 - x1, y2 - y1) / EYES_APART
    left = (x1 + x2) / 2 - EYES_MIDDLE[0] * side
    top = (y1 + y2) / 2 - EYES_MIDDLE[1] * side
    return np.array([[left, top, left + side, top + side]]).round(1)


@functools.cache
def _decoded(file: DataFile, told: Card) -> np.ndarray:
    import cv2

    content = np.frombuffer(_read(file, told), np.uint8)
    pixels = cv2.imdecode(content, cv2.IMREAD_GRAYSCALE) / np.float32(255)
    pixels.setflags(write=False)
    return pixels


def _read(file: DataFile, told: Card) -> bytes:
    package = file.package or f"{told.source.package}=={told.source.version}"
    return InstalledFile(
        package, *file.name.split("/", 1), file.size, file.sha256
    ).read()
