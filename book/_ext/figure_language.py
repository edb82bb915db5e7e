"""Show the figures that cells drew as part of the page, in the edition's language.

A cell stores its figure as SVG whose texts are texts, in English. On their way into an
HTML page they are replaced by those of ``figure-terms.yml``, if there is a table for
the book's language; a text that the table lacks is a warning. The rest makes the figure
belong to the page: its font, its colors in light and dark, ids that occur once, a
description for screen readers, and a smallest width at which texts can be read, in a
box that scrolls on narrower screens (``figures.css`` and ``figures.js``).
"""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from pathlib import Path

import figure_terms
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.nodes import traverse_parent
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"
TEXT, TSPAN, GROUP = f"{SVG}text", f"{SVG}tspan", f"{SVG}g"
DEFS, STYLE = f"{SVG}defs", f"{SVG}style"
DROPPED = {STYLE, *(f"{SVG}{name}" for name in ("metadata", "title", "desc"))}
REFUSED = {f"{SVG}script", f"{SVG}foreignObject"}

#: Matplotlib's own style sheet; as such it would apply to the whole page.
SHEET = "stroke-linejoin: round; stroke-linecap: butt"
#: What ink and paper become; blue alone is too dark for a dark page.
THEME = {
    "#000000": "currentColor",
    "#ffffff": "var(--figure-paper, #ffffff)",
    "#dddddd": "var(--figure-grid, #dddddd)",
    "#0072b2": "var(--figure-blue, #0072b2)",
    "#a84300": "var(--figure-orange-text, #a84300)",
}
PIXELS_PER_POINT = 4 / 3
SMALLEST_TEXT = 9.25  # pixels
WORD_IN_FORMULA = re.compile(r"[A-Za-z]{4}")
COLLECTION = re.compile(r"(\w*Collection|QuadContourSet|QuadMesh)_\d+")
REFERENCE = re.compile(r"url\(#([^)]+)\)")
DECIMALS = re.compile(r"-?\d*\.\d+(?:[eE][-+]?\d+)?")


class Figure:
    """An SVG picture as Matplotlib writes it with ``svg.fonttype: none``.

    Args:
        svg: The picture.

    Raises:
        ValueError: If it can't be parsed, has no size, or has a script or a style sheet
            that would act on the page around it.
    """

    def __init__(self, svg: str) -> None:
        try:
            self.root = ET.fromstring(svg)
        except ET.ParseError as error:
            raise ValueError(f"the SVG can't be parsed: {error}") from None
        box = self.root.get("viewBox", "").split()
        if self.root.tag != f"{SVG}svg" or len(box) != 4:
            raise ValueError("expected an <svg> with a viewBox")
        self.width, self.height = map(float, box[2:])
        for element in self.root.iter():
            sheet = (element.text or "").strip() if element.tag == STYLE else ""
            if element.tag in REFUSED or sheet not in ("", f"*{{{SHEET}}}"):
                name = element.tag.removeprefix(SVG)
                raise ValueError(f"its <{name}> would act on the page around it")

    def texts(self) -> Iterator[tuple[ET.Element, str]]:
        """Give each text that is no formula, with its element."""
        for element in self.root.iter(TEXT):
            if not len(element):
                yield element, " ".join((element.text or "").split())

    def missing(self, terms: figure_terms.Terms) -> list[str]:
        """Say of each text that can't be translated why."""
        found = [
            f"figure text {text!r} has no translation"
            for _, text in self.texts()
            if terms.translate(text) is None
        ]
        for element in self.root.iter(TEXT):
            formula = "".join(tspan.text or "" for tspan in element)
            if WORD_IN_FORMULA.search(formula):
                found.append(
                    f"figure text {formula!r} mixes words and a formula and can't be "
                    "translated: write it without $...$ (w₁, 10⁻³)"
                )
        return list(dict.fromkeys(found))

    def translate(self, terms: figure_terms.Terms) -> None:
        """Replace each text that the table has; leave formulas and others alone."""
        for element, text in self.texts():
            element.text = terms.translate(text) or text

    def smallest_width(self) -> int:
        """Return the width in pixels at which no text is too small to read.

        What is raised or lowered in a formula does not count, and no figure is made
        larger than it was drawn.
        """
        sizes = [max(map(_font_size, text.iter())) for text in self.root.iter(TEXT)]
        needed = [SMALLEST_TEXT * self.width / size for size in sizes if size]
        return math.ceil(min(self.width * PIXELS_PER_POINT, max(needed, default=0)))

    def html(self, description: str, prefix: str) -> str:
        """Return the figure as a part of a page; the object is used up.

        Args:
            description: What screen readers say in its place.
            prefix: What its ids begin with; another for each figure of a page.
        """
        smallest, data = self.smallest_width(), self._data()
        self._drop_sheets()
        _prune(self.root)
        self._make_ids_unique(prefix)
        self._shorten()
        for element in self.root.iter():
            _adopt(element, ("stroke",) if element in data else ("fill", "stroke"))
            element.tag = element.tag.removeprefix(SVG)
        attributes = {
            "viewBox": self.root.get("viewBox"),
            "width": f"{PIXELS_PER_POINT * self.width:.0f}",
            "height": f"{PIXELS_PER_POINT * self.height:.0f}",
            "role": "img",
            "aria-label": description,
            "style": f"min-width: {smallest}px; fill: currentColor; {SHEET}",
        }
        self.root.attrib.clear()
        self.root.attrib.update(attributes)
        picture = ET.tostring(self.root, encoding="unicode")
        return f'<div class="figure-box">{picture}</div>\n'

    def center_lines(self) -> None:
        """Anchor the lines of centered texts in their middle: their widths will change.

        Matplotlib writes where each line begins; lines of one text that don't begin at
        the same place are taken for centered.
        """
        for group in self.root.iter(GROUP):
            lines = [e for e in group if e.tag == TEXT and "transform" in e.attrib]
            if len({line.get("transform").split()[0] for line in lines}) < 2:
                continue
            for line in lines:
                half = _width(line.text or "", _font_size(line)) / 2
                line.set("x", f"{half:.2f}")
                _set_style(line, _style(line) | {"text-anchor": "middle"})

    def _data(self) -> set[ET.Element]:
        """Return what is filled with colors that stand for values."""
        return {
            element
            for group in self.root.iter(GROUP)
            if COLLECTION.fullmatch(group.get("id", ""))
            for element in group.iter()
        }

    def _drop_sheets(self) -> None:
        """Drop the white sheets under the figure and its axes: the page is one."""
        for group in self.root.iter(GROUP):
            sheet = next(iter(group), None)
            if (
                re.fullmatch(r"(figure|axes)_\d+", group.get("id", ""))
                and sheet is not None
                and sheet.get("id", "").startswith("patch_")
                and [_style(path) for path in sheet] == [{"fill": "#ffffff"}]
            ):
                group.remove(sheet)

    def _make_ids_unique(self, prefix: str) -> None:
        """Prefix ids that something refers to; drop the others, and repeated ones."""
        values = [v for e in self.root.iter() for v in e.attrib.values()]
        wanted = {value[1:] for value in values if value.startswith("#")}
        wanted.update(name for value in values for name in REFERENCE.findall(value))
        for element in self.root.iter():
            name = element.attrib.pop("id", None)
            for key, value in element.attrib.items():
                value = REFERENCE.sub(rf"url(#{prefix}-\1)", value)
                if key == "href" and value.startswith("#"):
                    value = f"#{prefix}-{value[1:]}"
                element.set(key, value)
            if name in wanted:
                wanted.remove(name)
                element.set("id", f"{prefix}-{name}")

    def _shorten(self) -> None:
        """Round positions to hundredths of a point."""
        for element in self.root.iter():
            for key in {"d", "x", "y", "transform"} & element.attrib.keys():
                value = " ".join(element.get(key).split())
                if "matrix" not in value and "scale" not in value:
                    value = DECIMALS.sub(_hundredths, value)
                element.set(key, value)


def _style(element: ET.Element) -> dict[str, str]:
    pairs = (part.partition(":") for part in element.get("style", "").split(";"))
    return {key.strip(): value.strip() for key, colon, value in pairs if colon}


def _set_style(element: ET.Element, style: dict[str, str]) -> None:
    element.attrib.pop("style", None)
    if style:
        element.set("style", "; ".join(f"{k}: {v}" for k, v in style.items()))


def _font_size(element: ET.Element) -> float:
    """Return the size that an element sets for itself, or 0."""
    return float(_style(element).get("font-size", "0").removesuffix("px"))


def _width(text: str, size: float) -> float:
    """Estimate how wide a text is in Matplotlib's font."""
    ems = dict.fromkeys("fijlrtI.,:;|!'()[] ", 0.36) | dict.fromkeys("mwMW%@", 0.95)
    return size * sum(ems.get(character, 0.63) for character in text)


def _hundredths(match: re.Match[str]) -> str:
    return f"{float(match[0]):.2f}".rstrip("0").rstrip(".")


def _prune(element: ET.Element) -> None:
    """Drop what a page has no use for: metadata, styles, white space, XLink."""
    for child in list(element):
        _prune(child)
        child.tail = None
        if child.tag in DROPPED or (child.tag == DEFS and not len(child)):
            element.remove(child)
    if element.tag not in (TEXT, TSPAN) or len(element):
        element.text = None
    if HREF in element.attrib:
        element.set("href", element.attrib.pop(HREF))


def _adopt(element: ET.Element, themed: Iterable[str]) -> None:
    """Give an element the page's font, and its colors for ink and paper.

    White texts stay white: they stand on dark parts of an image.
    """
    style = _style(element)
    style.pop("font-family", None)
    for name in themed:
        value = style.get(name, element.get(name, "")).lower()
        if value in THEME and not (element.tag in (TEXT, TSPAN) and value == "#ffffff"):
            element.attrib.pop(name, None)
            style[name] = THEME[value]
    _set_style(element, style)


class DrawnFigure(nodes.General, nodes.Element):
    """A figure as HTML; its ticks and labels are no words for the search index."""


def write(translator: HTML5Translator, node: DrawnFigure) -> None:
    """Write a figure into a page."""
    translator.body.append(node["html"])
    raise nodes.SkipNode


class InlineFigures(SphinxPostTransform):
    """Replace the SVG outputs of cells by the pictures themselves in HTML pages."""

    default_priority = 50  # after MyST-NB has chosen among an output's formats
    formats = ("html",)

    def run(self, **_) -> None:
        """Replace each figure that a cell drew."""
        tables = self.config.figure_terms_files
        table = tables.get(self.config.language[:2])
        terms = None if table is None else figure_terms.read(Path(table))
        for number, node in enumerate(list(self.document.findall(nodes.image)), 1):
            path = self._stored(node)
            if path is None:
                continue
            try:
                figure = Figure(path.read_text(encoding="utf-8"))
            except ValueError as error:
                self._warn(node, f"figure can't be shown: {error}")
                continue
            figure.center_lines()
            if terms is not None:
                for fault in figure.missing(terms):
                    self._warn(node, f"{fault}; its place is {Path(table).name}")
                figure.translate(terms)
            html = figure.html(node.get("alt", ""), f"figure-{number}")
            node.replace_self(DrawnFigure(html=html))

    def _stored(self, node: nodes.image) -> Path | None:
        """Return the file of an SVG output of a cell."""
        uri = node.get("candidates", {}).get("image/svg+xml") or node["uri"]
        path = Path(self.env.srcdir, uri)
        return path if path.suffix == ".svg" and "jupyter_execute" in uri else None

    def _warn(self, node: nodes.image, message: str) -> None:
        line = next((n.line for n in traverse_parent(node) if n.line), None)
        logger.warning(
            message, location=(self.env.docname, line), type="figure_language"
        )


def check_tables(app: Sphinx) -> None:
    """Read the table of the book's language, to fail early if it is ill-formed."""
    table = app.config.figure_terms_files.get(app.config.language[:2])
    try:
        if table is not None:
            figure_terms.read(Path(table))
    except (FileNotFoundError, ValueError) as error:
        raise ExtensionError(str(error)) from None


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    tables = {"zh": str(figure_terms.PATH)}
    app.add_config_value("figure_terms_files", tables, "env", dict)
    app.add_css_file("figures.css")
    app.add_js_file("figures.js", loading_method="defer")
    app.add_node(DrawnFigure, html=(write, None))
    app.add_post_transform(InlineFigures)
    app.connect("builder-inited", check_tables)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
