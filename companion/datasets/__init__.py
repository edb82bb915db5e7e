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
from companion.datasets.images import ImageDataset, fashion_mnist, mnist
from companion.datasets.scenes import Scenes, TreeCrowns, digit_scenes, tree_crowns
from companion.datasets.tables import Column, TableDataset, adult
from companion.datasets.text import TextDataset, hsk_topics

__all__ = [
    "Bilingual",
    "Card",
    "Column",
    "DataFile",
    "ImageDataset",
    "Scenes",
    "Source",
    "Split",
    "TableDataset",
    "TextDataset",
    "TreeCrowns",
    "adult",
    "card",
    "cards",
    "digit_scenes",
    "fashion_mnist",
    "hsk_topics",
    "mnist",
    "tree_crowns",
]
