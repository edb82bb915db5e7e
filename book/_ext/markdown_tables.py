"""Markdown tables."""

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]], align: str = "") -> str:
    """Write a table.

    Args:
        head: The titles of the columns.
        rows: The cells, row by row.
        align: ``"l"`` or ``"r"`` for each column; by default the first column is to
            the left and all others to the right.

    Example:
        >>> print(table(["name", "n"], [["a", "1"]]))
        | name | n |
        | --- | ---: |
        | a | 1 |
    """
    align = align or "l" + "r" * (len(head) - 1)
    rule = ["---" if side == "l" else "---:" for side in align]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))
