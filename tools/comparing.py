"""How a cell's fresh outputs are held against the stored ones.

nbval (``book/conftest.py``) and ``tools/robust.py`` judge by the same rules: texts are
equal but for numbers, and each number is within the tolerance that the cell declares;
of a figure the words are compared, never the drawing.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from xml.etree import ElementTree

import notebooks
from nbformat import NotebookNode

#: What a cell may declare for its numbers, under ``tolerance`` or ``seed_tolerance``.
BOUNDS = frozenset({"abs", "rel"})

SVG = "image/svg+xml"
_NOT_COMPARED = ("image/png", "image/jpeg", "application/")

# A number with the padding that keeps a table in line; digits of a name are no number.
_NUMBER = re.compile(
    r"[ ]*(?<![A-Za-z0-9_.])(?P<value>(?:(?<![\w)\]])[-+\u2212])?"
    r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?(?:[eE][-+]?\d+)?)[ ]*"
)
_ADDRESS = re.compile(r"\bat 0x[0-9a-f]+")


@dataclass(frozen=True)
class Comparison:
    """How far fresh outputs are from the stored ones.

    Attributes:
        complaints: What is not as it should be, a line each; empty if all is well.
        used: The largest share of the tolerance that a number's change takes up: 0 if
            no number changed, above 1 if one is out of bounds, infinite if words
            differ.
    """

    complaints: tuple[str, ...]
    used: float

    @property
    def equal(self) -> bool:
        """Whether there is nothing to complain about."""
        return not self.complaints


def check_tolerance(tolerance: object, cell: str, key: str = "tolerance") -> None:
    """Refuse a tolerance that is not of the form ``{"abs": a, "rel": r}``.

    Args:
        tolerance: What a cell's metadata declare.
        cell: The cell's id, for the message.
        key: The metadata's key, for the message.

    Raises:
        ValueError: If it is anything but finite non-negative numbers under ``abs``
            and ``rel``, of which one may be missing.

    Example:
        >>> check_tolerance({"abs": 0.01}, "contest")
    """
    if (
        not isinstance(tolerance, Mapping)
        or not tolerance
        or not set(tolerance) <= BOUNDS
        or any(
            isinstance(bound, bool)
            or not isinstance(bound, int | float)
            or not 0 <= bound < math.inf
            for bound in tolerance.values()
        )
    ):
        raise ValueError(
            f"the {key} of cell {cell} must be non-negative numbers under abs and rel, "
            f"got {tolerance!r}; mend the cell's metadata"
        )


def compare(
    fresh: Sequence[NotebookNode],
    stored: Sequence[NotebookNode],
    tolerance: Mapping[str, float] | None = None,
) -> Comparison:
    """Hold fresh outputs of one cell against the stored ones.

    Args:
        fresh: Outputs of a run just made.
        stored: Outputs that the notebook keeps.
        tolerance: For a number v among the stored ones, the change ``abs + rel |v|``
            that is allowed; without it texts must be equal to the letter.

    Returns:
        What differs, and how much of the tolerance was used.

    Example:
        >>> import nbformat
        >>> out = lambda text: [nbformat.v4.new_output("stream", text=text)]
        >>> compare(out("loss 0.52"), out("loss 0.50"), {"abs": 0.04}).used
        0.5
        >>> compare(out("CNN > SVM"), out("SVM > CNN")).complaints
        ("stdout: stored 'SVM > CNN', computed 'CNN > SVM'",)
    """
    new, old = _texts(fresh), _texts(stored)
    complaints, used = [], 0.0
    for place in sorted(old.keys() - new.keys()):
        complaints.append(f"{place}: stored, but this run has none")
    for place in sorted(new.keys() - old.keys()):
        complaints.append(f"{place}: not stored, but this run has {new[place][:80]!r}")
    for place in sorted(old.keys() & new.keys()):
        if new[place] == old[place]:
            continue
        if tolerance is None or _form(new[place]) != _form(old[place]):
            complaints.append(f"{place}: {_first_difference(new[place], old[place])}")
            continue
        for value, kept in zip(_values(new[place]), _values(old[place]), strict=True):
            share, complaint = _share(value, kept, tolerance)
            used = max(used, share)
            complaints += [f"{place}: {complaint}"] if complaint else []
    if complaints and used <= 1:
        used = math.inf
    return Comparison(tuple(complaints), used)


def figure_words(svg: str) -> list[str]:
    """Return the texts of a figure that are more than a number, in drawing order.

    Args:
        svg: An SVG document whose texts are texts.

    Returns:
        Labels, legends and titles; tick labels that are numbers are left out, since
        they follow from the data.

    Example:
        >>> figure_words('<svg xmlns="http://www.w3.org/2000/svg"><text>loss</text>'
        ...              '<text>0.5</text></svg>')
        ['loss']
    """
    # A notebook's own figures: not a document from strangers.
    root = ElementTree.fromstring(svg)
    texts = ("".join(node.itertext()) for node in root.iter() if _is_text(node.tag))
    words = (" ".join(text.split()) for text in texts)
    return [text for text in words if re.search(r"[^\W\d_]", text)]


def _is_text(tag: object) -> bool:
    return isinstance(tag, str) and tag.rpartition("}")[2] == "text"


def _texts(outputs: Sequence[NotebookNode]) -> dict[str, str]:
    """Return what is compared, by place: a stream, or a form of the n-th result."""
    found: dict[str, str] = {}
    results = itertools.count(1)
    for output in notebooks.without_progress(list(outputs)):
        kind = output["output_type"]
        if kind == "stream":
            name = output["name"]
            found[name] = found.get(name, "") + output["text"]
        elif kind == "error":
            found["error"] = f"{output['ename']}: {output['evalue']}"
        else:
            number = next(results)
            for form, content in output["data"].items():
                text = content if isinstance(content, str) else "".join(content)
                if form == SVG:
                    found[f"words of figure {number}"] = "\n".join(figure_words(text))
                elif not form.startswith(_NOT_COMPARED):
                    found[f"{form} {number}"] = _ADDRESS.sub("at 0x…", text)
    return found


def _form(text: str) -> str:
    return _NUMBER.sub("#", text)


def _values(text: str) -> list[Decimal]:
    return [
        Decimal(match["value"].replace(",", "").replace("\u2212", "-"))
        for match in _NUMBER.finditer(text)
    ]


def _share(
    value: Decimal, kept: Decimal, tolerance: Mapping[str, float]
) -> tuple[float, str]:
    """Return how much of the tolerance a change uses, and a complaint if too much."""
    absolute, relative = (Decimal(str(tolerance.get(key, 0))) for key in ("abs", "rel"))
    bound, change = absolute + relative * abs(kept), abs(value - kept)
    if change <= bound:
        return (float(change / bound) if change else 0.0), ""
    return float(change / bound) if bound else math.inf, (
        f"stored {kept}, computed {value}: they differ by {change}, "
        f"more than {bound} (abs={absolute}, rel={relative})"
    )


def _first_difference(fresh: str, stored: str) -> str:
    """Show the first line that differs, on both sides."""
    pairs = itertools.zip_longest(fresh.splitlines(), stored.splitlines())
    new, old = next(
        (pair for pair in pairs if pair[0] != pair[1]), ("a line break", "none at end")
    )
    shown = ["no such line" if line is None else repr(line) for line in (old, new)]
    return f"stored {shown[0]}, computed {shown[1]}"
