"""Fashion-MNIST, from a Debian package.

2,000 training and 400 test images of each class are drawn from the whole set.
"""

import gzip
import io
import subprocess
import tarfile
import zipfile
from pathlib import Path

import numpy as np

from rebuild import building

MD5 = {
    "train-images-idx3-ubyte": "f4a8712d7a061bf5bd6d2ca38dc4d50a",
    "train-labels-idx1-ubyte": "9018921c3c673c538a1fc5bad174d6f9",
    "t10k-images-idx3-ubyte": "8181f5470baa50b63fa0f6fddb340f0a",
    "t10k-labels-idx1-ubyte": "15d484375f8d13e6eb1aabb0c3f46965",
}
PER_CLASS = {"train": 2_000, "test": 400}
SEED = 0


def extract(archive: Path) -> dict[str, bytes]:
    """Return the contents of the four IDX files in the package's archive."""
    listing = subprocess.run(
        ["dpkg-deb", "--fsys-tarfile", archive], check=True, capture_output=True
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(listing)) as package:
        return {
            name: gzip.decompress(
                package.extractfile(
                    f"./usr/share/datasets/fashion-mnist/{name}.gz"
                ).read()
            )
            for name in MD5
        }


def draw(labels: np.ndarray, per_class: int, seed: int) -> np.ndarray:
    """Return the sorted positions of a random sample, equally large in each class."""
    # NumPy promises that RandomState, unlike Generator, never changes its stream.
    random = np.random.RandomState(seed)
    chosen = [
        random.permutation(np.flatnonzero(labels == label))[:per_class]
        for label in np.unique(labels)
    ]
    return np.sort(np.concatenate(chosen))


def select(arrays: building.Arrays) -> building.Arrays:
    """Return the sample that is embedded, in the published order."""
    sample = {}
    for split, per_class in PER_CLASS.items():
        kept = draw(arrays[f"y_{split}"], per_class, SEED)
        for key in (f"x_{split}", f"y_{split}"):
            sample[key] = arrays[key][kept]
    return sample


building.register(
    building.Recipe(
        name="fashion_mnist",
        download=lambda card: [
            *("apt-get", "download"),
            f"{card.source.package}={card.source.version}",
        ],
        read=building.idx_reader(extract, MD5, select),
        compression=zipfile.ZIP_LZMA,
    )
)
