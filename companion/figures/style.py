"""The book's style: size, colors, and how figures are stored in a notebook.

Figures are stored as SVG whose texts are texts, so that each edition can show them in
its own language. The colors are those of Okabe & Ito, which readers with any kind of
color vision can tell apart.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import matplotlib.pyplot as plt
from matplotlib.ticker import LogLocator, NullLocator

from companion._checks import number

__all__ = ["COLORS", "ON_LIGHT", "plain_ticks", "subplots"]

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")

#: Orange for texts: dark enough on white, and made lighter on dark pages.
ORANGE_TEXT = "#A84300"

#: Text over a picture keeps its color in dark pages, unlike black, which turns light.
ON_LIGHT = "#111111"

STYLE = {
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.prop_cycle": plt.cycler(color=COLORS),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 10.5,
    "figure.dpi": 110,
    "figure.facecolor": "white",
    "font.size": 10.5,
    "grid.color": "#dddddd",
    "image.cmap": "gray",
    "legend.fontsize": 10,
}

# Read when a figure is saved, which is after `subplots` has returned: so, for good.
plt.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "book"})


def _store_svg() -> None:
    """Let a notebook's kernel store figures as SVG without a date."""
    if "IPython" not in sys.modules:
        return
    from IPython import get_ipython

    shell = get_ipython()
    if not hasattr(shell, "kernel"):
        return
    from matplotlib_inline.config import InlineBackend

    # Not set_matplotlib_formats: the backend undoes it when it starts.
    backend = InlineBackend.instance(parent=shell)
    backend.figure_formats = {"svg"}
    backend.print_figure_kwargs = {
        "bbox_inches": "tight",
        "metadata": {"Date": None, "Creator": None},
    }


_store_svg()


def subplots(width: float, height: float, **options):
    """Return an empty figure in the book's style and its axes.

    Args:
        width: Width in inches; from 7 on, labels are too small for a phone.
        height: Height in inches.
        **options: As for :func:`matplotlib.pyplot.subplots`: ``nrows``, ``ncols``...

    Returns:
        The figure, which pyplot does not know (a notebook would show it twice), and
        its axis, or array of axes.

    Example:
        >>> fig, (left, right) = subplots(6.5, 3, ncols=2)
        >>> left.set(xlabel="step", ylabel="loss") and len(fig.axes)
        2
    """
    number("width", width, 0, open_low=True)
    number("height", height, 0, open_low=True)
    with plt.rc_context(STYLE):
        fig, axes = plt.subplots(
            figsize=(width, height), layout="constrained", **options
        )
    plt.close(fig)
    return fig, axes


def plain_ticks(*axes) -> None:
    """Mark logarithmic axes at 1, 2 and 5 times each power of ten, in plain numbers.

    Args:
        *axes: Axes of Matplotlib such as ``ax.xaxis``.
    """
    for axis in axes:
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter("{x:g}")
        axis.set_minor_locator(NullLocator())


def signed(value: float) -> str:
    """Return a number as figures show it, with a minus sign instead of a hyphen.

    Args:
        value: The number.

    Example:
        >>> signed(-2.50), signed(3.0)
        ('−2.5', '3')
    """
    return f"{value:g}".replace("-", "\N{MINUS SIGN}")


def some_colors(count: int) -> Sequence[str]:
    """Return ``count`` colors.

    Args:
        count: How many runs a figure shows.

    Raises:
        ValueError: If the book has not that many.
    """
    if count > len(COLORS):
        raise ValueError(f"a figure shows at most {len(COLORS)} runs, got {count}")
    return COLORS[:count]
