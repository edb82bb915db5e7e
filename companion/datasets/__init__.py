"""Real data sets, checked before use, a card for each.

Nothing here touches the network: the files lie in ``companion/datasets/files``, or,
for texts, in an installed package. They are compared with the sha256 on their card at
the first load, and are never unpickled.

Example:
    >>> from companion import datasets
    >>> data = datasets.mnist()
    >>> data
    ImageDataset(mnist: 60000 train, 0 val, 10000 test; 28x28x1 float32; 10 classes)
    >>> data.card.title.en
    'MNIST handwritten digits'
"""

from companion.datasets._card import (
    Bilingual,
    Card,
    DataFile,
    Source,
    Split,
    card,
    cards,
)
from companion.datasets.driving import LaneDataset, lane_strips
from companion.datasets.faces import (
    FaceCrops,
    Photograph,
    Photographs,
    face_crops,
    photographs,
)
from companion.datasets.images import ImageDataset, fashion_mnist, mnist
from companion.datasets.lesions import LungPatches, lung_patches
from companion.datasets.scenes import Scenes, TreeCrowns, digit_scenes, tree_crowns
from companion.datasets.tables import Column, TableDataset, adult
from companion.datasets.text import TextDataset, hsk_topics
from companion.datasets.video import VideoDataset, campus_walk
from companion.datasets.volumes import SliceDataset, brain_slices

__all__ = [
    "Bilingual",
    "Card",
    "Column",
    "DataFile",
    "FaceCrops",
    "ImageDataset",
    "LaneDataset",
    "LungPatches",
    "Photograph",
    "Photographs",
    "Scenes",
    "SliceDataset",
    "Source",
    "Split",
    "TableDataset",
    "TextDataset",
    "TreeCrowns",
    "VideoDataset",
    "adult",
    "brain_slices",
    "campus_walk",
    "card",
    "cards",
    "digit_scenes",
    "face_crops",
    "fashion_mnist",
    "hsk_topics",
    "lane_strips",
    "lung_patches",
    "mnist",
    "photographs",
    "tree_crowns",
]
