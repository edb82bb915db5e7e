"""Tables of people or things, one row each: numbers and categories side by side."""

import difflib
import functools
import math
import numbers
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from companion.datasets._card import Card, card
from companion.datasets._files import read_npz
from companion.datasets._split import check_split, split

__all__ = ["Column", "TableDataset", "adult"]

MISSING = "?"

_ADULT_COLUMNS = (
    "age",
    "workclass",
    "education",
    "education-num",
    "marital-status",
    "occupation",
    "relationship",
    "race",
    "sex",
    "capital-gain",
    "capital-loss",
    "hours-per-week",
    "native-country",
)


@dataclass(frozen=True)
class Column:
    """What one column of a table holds.

    Attributes:
        name: Its name.
        low: The smallest number in it, over the whole published set.
        high: The largest.
        categories: Names of its categories, the code ``k`` meaning
            ``categories[k]``; empty if it holds numbers.
    """

    name: str
    low: float
    high: float
    categories: tuple[str, ...] = ()

    def code(self, value: object) -> float:
        """Return what stands for a value in a row of ``x``.

        Args:
            value: A category's name, or a number; ``None`` or ``"?"`` for a category
                that is not known.

        Returns:
            The number itself, the category's code, or NaN for an unknown category.

        Raises:
            TypeError: If it is no number where one is needed.
            ValueError: If it is no known category, or a number out of range.

        Example:
            >>> Column("sex", 0, 1, ("Female", "Male")).code("Male")
            1.0
            >>> Column("age", 17, 90).code(38)
            38.0
        """
        if self.categories:
            return self._category(value)
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            raise TypeError(
                f"{self.name} must be a number from {self.low:g} to {self.high:g}, got "
                f"{value!r} ({type(value).__name__})"
            )
        if not self.low <= value <= self.high:
            raise ValueError(
                f"{self.name} must be from {self.low:g} to {self.high:g}, the range of "
                f"the data, got {value!r}; is it in another unit?"
            )
        return float(value)

    def _category(self, value: object) -> float:
        if value is None or value == MISSING:
            return math.nan
        if value not in self.categories:
            folded = {name.casefold(): name for name in self.categories}
            near = difflib.get_close_matches(str(value).casefold(), folded, n=1)
            hint = f"; did you mean {folded[near[0]]!r}?" if near else ""
            raise ValueError(
                f"{self.name} must be one of {', '.join(map(repr, self.categories))} "
                f"or None, got {value!r}{hint}"
            )
        return float(self.categories.index(value))


@dataclass(frozen=True, eq=False, repr=False)
class TableDataset:
    """Labeled rows of a table in three parts; N differs from part to part.

    Attributes:
        x_train: Training rows, (N, C) float64 with C columns: numbers as they are,
            categories as codes from 0, NaN where a category is not known.
        y_train: Training labels, (N,) int64, from 0 to ``len(names) - 1``.
        weight_train: Sampling weights, (N,) float64: how many people of the
            population a row stands for. Not a property of the person.
        x_val: Validation rows like ``x_train``; (0, C) if none were asked.
        y_val: Validation labels like ``y_train``.
        weight_val: Weights of the validation rows.
        x_test: Test rows like ``x_train``.
        y_test: Test labels like ``y_train``.
        weight_test: Weights of the test rows.
        columns: What the C columns hold.
        names: Names of the classes; the label ``k`` means ``names[k]``.
        card: The data card: source, license, known faults.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    weight_train: np.ndarray
    x_val: np.ndarray
    y_val: np.ndarray
    weight_val: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    weight_test: np.ndarray
    columns: tuple[Column, ...]
    names: tuple[str, ...]
    card: Card

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({self.card.name}: {len(self.y_train)} train, "
            f"{len(self.y_val)} val, {len(self.y_test)} test; {len(self.numeric)} "
            f"numeric and {len(self.categorical)} categorical columns; "
            f"{len(self.names)} classes)"
        )

    @property
    def numeric(self) -> list[int]:
        """Positions of the columns that hold numbers."""
        return [i for i, column in enumerate(self.columns) if not column.categories]

    @property
    def categorical(self) -> list[int]:
        """Positions of the columns that hold categories."""
        return [i for i, column in enumerate(self.columns) if column.categories]

    def encode(self, rows: Iterable[Mapping[str, object]]) -> np.ndarray:
        """Turn rows as people write them into rows of ``x``, checking every value.

        Args:
            rows: Mappings from the name of every column to a number or a category's
                name; ``None`` or ``"?"`` for a category that is not known.

        Returns:
            An array (number of rows, C).

        Raises:
            TypeError: If a value is no number where one is needed.
            ValueError: If a column is missing or unknown, a category is unknown, or
                a number is out of the range of the data.

        Example:
            >>> data = adult()
            >>> row = data.decode(data.x_test[:1])[0]
            >>> np.array_equal(data.encode([row]), data.x_test[:1], equal_nan=True)
            True
        """
        names = [column.name for column in self.columns]
        encoded = []
        for number, row in enumerate(rows):
            missing = [name for name in names if name not in row]
            unknown = [name for name in row if name not in names]
            if missing or unknown:
                raise ValueError(
                    f"row {number}: expected the columns {names}; missing {missing}, "
                    f"unknown {unknown}"
                )
            values = []
            for column in self.columns:
                try:
                    values.append(column.code(row[column.name]))
                except (TypeError, ValueError) as error:
                    raise type(error)(f"row {number}: {error}") from None
            encoded.append(values)
        return np.array(encoded, np.float64).reshape(-1, len(names))

    def decode(self, x: np.ndarray) -> list[dict[str, float | str | None]]:
        """Turn rows of ``x`` back into names and values that people read.

        Args:
            x: Rows, shape (N, C).

        Returns:
            A dictionary for each row; ``None`` where a category is not known.

        Raises:
            ValueError: If ``x`` has another shape.

        Example:
            >>> data = adult()
            >>> data.decode(data.x_train[:1])[0]["occupation"]
            'Adm-clerical'
        """
        x = np.asarray(x)
        if x.ndim != 2 or x.shape[1] != len(self.columns):
            raise ValueError(
                f"x must have shape (N, {len(self.columns)}), got {x.shape}"
            )
        return [
            {
                column.name: _read(column, value)
                for column, value in zip(self.columns, row)
            }
            for row in x
        ]


def adult(validation_size: int = 0, seed: int = 0) -> TableDataset:
    """Load Adult: 48,790 Americans of 1994, and whether they earn above $50,000.

    The published training and test sets, in their order, without the 52 rows that
    repeat another one; the card tells which. Source: Becker & Kohavi (1996),
    "Adult", UCI Machine Learning Repository; see the card.

    Args:
        validation_size: Number of rows to take out of the training set for
            validation, stratified: each class's share is within one row of its share
            in the training set. Either 0 or at least one per class.
        seed: Chooses which rows those are; unused if ``validation_size`` is 0.

    Returns:
        The data set. Both parts of a split training set keep the published order.
        The arrays are fresh copies in every call, so writing to them is safe.

    Raises:
        TypeError: If an argument is not an integer.
        ValueError: If an argument is out of range, or the file is damaged.
        FileNotFoundError: If the file is missing.

    Example:
        >>> data = adult(validation_size=5_000)
        >>> data
        TableDataset(adult: 27514 train, 5000 val, 16276 test; 5 numeric and 8 ...)
        >>> data.x_train.shape, data.names
        ((27514, 13), ('<=50K', '>50K'))
        >>> data.columns[0]
        Column(name='age', low=17.0, high=90.0, categories=())
    """
    check_split(validation_size, seed)
    raw = _raw()
    columns = tuple(_column(name, raw) for name in _ADULT_COLUMNS)
    x = np.column_stack([_values(raw[column.name], column) for column in columns])
    train, test = (np.flatnonzero(raw["part"] == part) for part in (0, 1))
    kept, val = split(raw["income"][train], validation_size, seed)
    parts = {"train": train[kept], "val": train[val], "test": test}
    return TableDataset(
        **{f"x_{part}": x[rows] for part, rows in parts.items()},
        **{
            f"y_{part}": raw["income"][rows].astype(np.int64)
            for part, rows in parts.items()
        },
        **{
            f"weight_{part}": raw["fnlwgt"][rows].astype(np.float64)
            for part, rows in parts.items()
        },
        columns=columns,
        names=card("adult").classes,
        card=card("adult"),
    )


@functools.cache
def _raw() -> dict[str, np.ndarray]:
    arrays = read_npz(card("adult").file)
    for array in arrays.values():
        array.setflags(write=False)
    return arrays


def _column(name: str, raw: Mapping[str, np.ndarray]) -> Column:
    categories = raw.get(f"{name}.categories")
    if categories is None:
        return Column(name, float(raw[name].min()), float(raw[name].max()))
    return Column(
        name, 0.0, len(categories) - 1.0, tuple(str(text) for text in categories)
    )


def _values(codes: np.ndarray, column: Column) -> np.ndarray:
    values = codes.astype(np.float64)
    if column.categories:
        values[codes == len(column.categories)] = np.nan
    return values


def _read(column: Column, value: float) -> float | str | None:
    if not column.categories:
        return float(value)
    return None if math.isnan(value) else column.categories[int(value)]
