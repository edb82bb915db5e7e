"""Drawings of how models are made: the five steps, and what is held out when."""

from __future__ import annotations

from matplotlib.figure import Figure

from companion._checks import number
from companion.figures.diagrams import BLUE, GREEN, ORANGE, PINK, arrow, box, canvas

__all__ = ["cross_validation", "workflow"]

_STEPS = ("1 prepare", "2 choose", "3 train", "4 evaluate", "5 deploy")
# What is done with which rows, and at which step (a place between two for the test).
_USES = (
    ("training rows", BLUE, {0: "learn", 1: "learn", 2: "learn"}),
    ("validation rows", GREEN, {0: "compare", 2: "compare", 3: "compare"}),
    ("test rows", ORANGE, {3.5: "score, once"}),
    ("new rows", PINK, {4: "check, watch"}),
)


def workflow() -> Figure:
    """Draw the five steps, and which rows each of them may look at.

    Returns:
        A figure with one axis: the steps in a row, a line of rows below for each part
        of the data, and a box where a step uses that part.

    Example:
        >>> texts = [text.get_text() for text in workflow().axes[0].texts]
        >>> texts.index("1 prepare") < texts.index("test rows")
        True
    """
    fig, ax = canvas(6.8, 3.6, 17, 9)
    columns = [4.5 + 2.75 * k for k in range(len(_STEPS))]
    for k, (x, name) in enumerate(zip(columns, _STEPS)):
        box(ax, (x, 6.6), name, (2.35, 1.1), "#666666")
        if k:
            arrow(ax, (x - 1.57, 6.6), (x - 1.2, 6.6))
    back = [columns[3], columns[3], columns[0]]
    ax.plot(back, [7.2, 8.1, 8.1], color="#666666", lw=1.3)
    arrow(ax, (columns[0], 8.1), (columns[0], 7.2))
    middle = (columns[0] + columns[3]) / 2
    ax.text(
        middle,
        8.2,
        "change something and go round again",
        ha="center",
        va="bottom",
        fontsize=9.5,
    )
    for row, (name, color, uses) in enumerate(_USES):
        y = 4.9 - 1.4 * row
        ax.plot([0.1, 16.9], [y + 0.7, y + 0.7], color="#999999", lw=0.6)
        ax.text(0.1, y, name, ha="left", va="center")
        for place, text in uses.items():
            x = columns[0] + 2.75 * place
            width = 2.35 if len(text) < 9 else 2.65
            box(ax, (x, y), "", (width, 0.95), color)
            ax.text(x, y, text, ha="center", va="center", fontsize=9.5)
    return fig


def cross_validation(folds: int = 5) -> Figure:
    """Draw cross-validation: each fold in turn is held out and evaluates.

    Args:
        folds: In how many parts the rows are split; at least 2.

    Returns:
        A figure with one axis: a row for each round, its held-out fold filled, the
        score it gives beside it, and the mean of all scores below.

    Example:
        >>> texts = [text.get_text() for text in cross_validation(3).axes[0].texts]
        >>> texts.count("evaluate"), texts.count("train")
        (3, 6)
    """
    number("folds", folds, 2, integer=True)
    wide = 11.0 / folds
    fig, ax = canvas(6.6, 0.46 * folds + 0.95, 16.5, 1.15 * folds + 2.4)
    for turn in range(folds):
        y = 1.15 * (folds - turn) + 0.75
        ax.text(0.1, y, f"round {turn + 1}", ha="left", va="center")
        for fold in range(folds):
            held_out = fold == turn
            x = 2.3 + wide * (fold + 0.5)
            box(ax, (x, y), "", (wide - 0.12, 0.9), ORANGE if held_out else BLUE)
            if held_out:
                ax.patches[-1].set(fc=ORANGE, alpha=0.25)
            ax.text(
                x,
                y,
                "evaluate" if held_out else "train",
                ha="center",
                va="center",
                fontsize=9.5,
            )
        arrow(ax, (13.35, y), (14.1, y))
        ax.text(14.25, y, f"score {turn + 1}", ha="left", va="center")
    for fold in range(folds):
        x = 2.3 + wide * (fold + 0.5)
        ax.text(
            x,
            1.15 * folds + 1.75,
            f"fold {fold + 1}",
            ha="center",
            va="center",
            fontsize=9.5,
        )
    arrow(ax, (15.05, 1.35), (15.05, 0.75))
    ax.text(15.05, 0.35, "mean score", ha="center", va="center")
    return fig
