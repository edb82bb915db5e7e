"""Tree crowns, from the PyPI package deepforest.

To read PNG files, this module needs Pillow, which comes with Matplotlib.
"""

import io
import sys
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import numpy as np

from companion.datasets.scenes import take_differences
from rebuild import building

FOLDER = "deepforest/data/"
MEMBERS = {
    "train": "2019_YELL_2_528000_4978000_image_crop2",
    "same_site": "2019_YELL_2_541000_4977000_image_crop",
    "florida": "OSBS_029",
    "california": "SOAP_061",
}
CORNERS = ("xmin", "ymin", "xmax", "ymax")


def read(archive: Path) -> building.Arrays:
    """Return photographs at half their resolution, as differences, and their boxes."""
    from PIL import Image

    arrays = {}
    with zipfile.ZipFile(archive) as package:
        for name, member in MEMBERS.items():
            png = package.read(f"{FOLDER}{member}.png")
            image = np.asarray(Image.open(io.BytesIO(png)))[..., :3]
            arrays[f"{name}_image"] = take_differences(half(image))
            arrays[f"{name}_boxes"] = boxes(package.read(f"{FOLDER}{member}.xml"))
    return arrays


def half(image: np.ndarray) -> np.ndarray:
    """Return an image whose pixels are the rounded means of squares of four.

    Args:
        image: (H, W, C) uint8; a last odd row or column is left out.

    Returns:
        (H // 2, W // 2, C) uint8.
    """
    height, width, channels = image.shape[0] // 2, image.shape[1] // 2, image.shape[2]
    squares = image[: 2 * height, : 2 * width].astype(np.uint16)
    sums = squares.reshape(height, 2, width, 2, channels).sum(axis=(1, 3))
    return ((sums + 2) // 4).astype(np.uint8)


def boxes(xml: bytes) -> np.ndarray:
    """Return the boxes of an annotation file in VOC's format, in full pixels.

    Args:
        xml: Its content.

    Returns:
        left, top, right, bottom, (M, 4) uint16.
    """
    found = [
        [int(thing.findtext(f"bndbox/{corner}")) for corner in CORNERS]
        for thing in ET.fromstring(xml).iter("object")
    ]
    return np.array(found, np.uint16)


building.register(
    building.Recipe(
        name="tree_crowns",
        download=lambda card: [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"),
            f"{card.source.package}=={card.source.version}",
        ],
        read=read,
        compression=zipfile.ZIP_LZMA,
    )
)
