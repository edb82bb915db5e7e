"""Years and what happened in them, one column for each strand of a history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from companion._checks import number
from companion.figures.style import some_colors, subplots

__all__ = ["timeline"]


def timeline(lanes: Mapping[str, Mapping[int, str]], height: float = 5.2) -> Figure:
    """Draw events on vertical lines, one for each strand, the earliest on top.

    Labels stand to the right of their points; where years are close, the labels move
    apart, and thin lines lead from the points to them.

    Args:
        lanes: For each strand, the name of an event by its year.
        height: Height in inches.

    Returns:
        A figure with one axis: time goes down, a line per strand.

    Raises:
        TypeError: If a year is no number.
        ValueError: If there is no strand, a strand without events, or a year that is
            not finite.

    Example:
        >>> fig = timeline({"neural networks": {1989: "CNN", 1990: "RNN"}})
        >>> [text.get_text() for text in fig.axes[0].texts]
        ['1989', 'CNN', '1990', 'RNN', 'neural networks']
    """
    if not lanes or not all(lanes.values()):
        raise ValueError(f"expected strands with at least one event each, got {lanes}")
    years = [number("a year", year) for lane in lanes.values() for year in lane]
    first, last = min(years), max(years)
    number("height", height, 0, open_low=True)
    span = max(last - first, 1)
    apart = 0.2 / height * span * 1.12  # a line of text, in years
    fig, ax = subplots(6.4, height)
    for column, (color, (lane, events)) in enumerate(
        zip(some_colors(len(lanes)), lanes.items())
    ):
        ordered = sorted(events)
        ax.plot([column, column], [ordered[0], last], color=color, lw=2)
        for year, place in zip(ordered, _spread(ordered, apart, last)):
            ax.plot(column, year, "o", color=color)
            ax.plot(
                [column + 0.03, column + 0.09], [year, place], color="#888888", lw=0.8
            )
            ax.text(column + 0.11, place, str(year), va="center", ha="left")
            ax.text(column + 0.26, place, events[year], va="center", ha="left")
        top = first - 1.6 * apart
        ax.text(column, top, lane, ha="left", va="center", weight="bold")
    ax.set(xlim=(-0.1, len(lanes) - 0.1), ylim=(last + apart, first - 2.4 * apart))
    ax.axis("off")
    return fig


def _spread(places: Sequence[float], apart: float, last: float) -> list[float]:
    """Return increasing places at least ``apart`` from each other, near the old ones.

    Clusters are pushed down from the top and back up from the last place allowed.
    """
    spread = []
    for place in places:
        spread.append(max(place, spread[-1] + apart) if spread else place)
    # A cluster's shift is shared: its labels move up by half of what they went down,
    # as far as those above leave room.
    for i, place in enumerate(places):
        lowest = spread[i - 1] + apart if i else place
        spread[i] = max(min(spread[i], (spread[i] + place) / 2), lowest)
    for i in reversed(range(len(spread))):
        limit = spread[i + 1] - apart if i + 1 < len(spread) else last
        spread[i] = min(spread[i], limit)
    return spread
