"""Figures in the edition's language: the table, the translator, the stored figures."""

import doctest
import importlib
import re
import xml.etree.ElementTree as ET
from types import SimpleNamespace

import notebooks
import pytest
import yaml

HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    ' width="300pt" height="150pt" viewBox="0 0 300 150" version="1.1">'
)
FONT = "font-family: 'DejaVu Sans', sans-serif"
MODULES = ("figure_terms", "figure_language", "figure_numbers")


@pytest.fixture(scope="module")
def extensions():
    """The extensions of figures, by name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(notebooks.BOOK / "_ext"))
        yield SimpleNamespace(**{n: importlib.import_module(n) for n in MODULES})


@pytest.fixture(scope="module")
def book_terms(extensions):
    """The book's own table."""
    return extensions.figure_terms.read()


@pytest.fixture
def make_terms(extensions):
    """A function from entries to a table."""
    return extensions.figure_terms.Terms


@pytest.fixture
def figure(extensions):
    """A function from the inside of an SVG to a figure."""

    def make(*inside):
        return extensions.figure_language.Figure(f"{HEAD}{''.join(inside)}</svg>")

    return make


def text(words, style=""):
    return f'<text style="font-size: 10px; {FONT}; {style}" x="1" y="2">{words}</text>'


def formula(signs):
    spans = [f'<tspan x="{i}" y="0">{c}</tspan>' for i, c in enumerate(signs)]
    return "\n".join(["<text>", *spans, "</text>"])


def shown(html):
    """Return the texts of a finished figure."""
    return ["".join(e.itertext()) for e in ET.fromstring(html).iter("text")]


@pytest.mark.parametrize("name", MODULES)
def test_examples_hold(extensions, name):
    result = doctest.testmod(getattr(extensions, name))
    assert result.failed == 0
    assert name == "figure_language" or result.attempted


ENTRIES = {
    "{}, {}": "{}，{}",
    "seed {}": "种子 {}",
    "{}, validation": "{}，验证",
    "{} of {}": "{1} 的 {0}",
    "article's": "原文",
    "error": "误差",
    "tree": "树",
    "conv{}": None,
    "{} (s)": "{}（秒）",
}


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("error", "误差"),
        ("0.5", "0.5"),
        ("12 s", "12 s"),
        ("w₁", "w₁"),
        ("−3", "−3"),
        ("seed 2", "种子 2"),
        ("seed 2, validation", "种子 2，验证"),
        ("tree, error", "树，误差"),
        ("error of tree", "树 的 误差"),
        ("error (s)", "误差（秒）"),
        ("conv2", "conv2"),
        ("conv2, seed 1, tree", "conv2，种子 1，树"),
        ("article's", "原文"),
    ],
)
def test_text_is_translated(make_terms, english, chinese):
    assert make_terms(ENTRIES).translate(english) == chinese


@pytest.mark.parametrize(
    "english",
    [
        "Error",
        "errors",
        "an error",
        "seed two",
        "tree, loss",
        "convolution",
        "误差 AUC",
    ],
)
def test_text_without_entry_is_missing(make_terms, english):
    assert make_terms(ENTRIES).translate(english) is None
    assert make_terms(ENTRIES).sources(english) == set()


def test_sources_are_all_entries_that_a_text_takes(make_terms):
    terms = make_terms(ENTRIES)
    assert terms.sources("seed 2, validation") == {"{}, validation", "seed {}"}
    assert terms.sources("tree") == {"tree"}
    assert terms.sources("0.5") == set()


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "the top"),
        ("[a]", "the top"),
        ("seed: 3", "seed"),
        ("'seed {}': 种子", "1 times"),
        ("'{} of {}': '{0} {0}'", "2 times"),
        ("'{} of {}': '{1} {2}'", "2 times"),
        ("'{}': '{}'", "besides its placeholders"),
        ("'seed {': 种子", "entry"),
        ("no: 否", "in quotes"),
    ],
)
def test_ill_formed_table_is_refused(extensions, tmp_path, content, complaint):
    path = tmp_path / "terms.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=re.escape(complaint)) as caught:
        extensions.figure_terms.read(path)
    assert str(path) in str(caught.value)


def test_lost_table_is_refused(extensions, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"lost\.yml"):
        extensions.figure_terms.read(tmp_path / "lost.yml")


def test_figure_is_translated_and_translating_again_changes_nothing(figure, make_terms):
    terms = make_terms(ENTRIES)
    drawn = figure(text("error"), text("seed 1,\n  validation"), text("0.5"))
    assert drawn.missing(terms) == []
    for _ in range(2):
        drawn.translate(terms)
        texts = [words for _, words in drawn.texts()]
        assert texts == ["误差", "种子 1，验证", "0.5"]


def test_text_that_the_table_lacks_is_named_once_and_stays(figure, make_terms):
    drawn = figure(text("loss"), text("loss"), text("error"))
    (fault,) = drawn.missing(make_terms(ENTRIES))
    assert "'loss' has no translation" in fault
    drawn.translate(make_terms(ENTRIES))
    assert shown(drawn.html("a", "f"))[0] == "loss"


def test_formula_stays_as_it_is(figure, make_terms):
    drawn = figure(formula("w1"), formula("10−3"), formula("log"))
    assert drawn.missing(make_terms(ENTRIES)) == []
    drawn.translate(make_terms(ENTRIES))
    html = drawn.html("a", "f")
    assert shown(html) == ["w1", "10−3", "log"]
    assert [e.get("x") for e in ET.fromstring(html).iter("tspan")][:2] == ["0", "1"]


def test_words_in_a_formula_are_a_fault(figure, make_terms):
    (fault,) = figure(formula("mean α")).missing(make_terms(ENTRIES))
    assert "'mean α' mixes words and a formula" in fault


@pytest.mark.parametrize(
    ("svg", "complaint"),
    [
        ("<svg", "can't be parsed"),
        ("<p/>", "expected an <svg>"),
        ('<svg xmlns="http://www.w3.org/2000/svg"/>', "viewBox"),
        (f"{HEAD}<style>* {{color: red}}</style></svg>", "its <style>"),
        (f"{HEAD}<script>alert(1)</script></svg>", "its <script>"),
        (f"{HEAD}<foreignObject/></svg>", "its <foreignObject>"),
    ],
)
def test_picture_that_does_not_belong_in_a_page_is_refused(extensions, svg, complaint):
    with pytest.raises(ValueError, match=re.escape(complaint)):
        extensions.figure_language.Figure(svg)


def test_nothing_of_a_figure_acts_on_the_page_around_it(figure):
    drawn = figure(
        "<metadata><a>Matplotlib</a></metadata><defs><style>",
        "*{stroke-linejoin: round; stroke-linecap: butt}</style></defs>",
        '<title>long</title><g id="axes_1"/><path id="m1"/><path id="m1"/>',
        '<use xlink:href="#m1" clip-path="url(#p2)"/><clipPath id="p2"/>',
        '<image id="i3" xlink:href="data:image/png;base64,AA#m1url(#p2)"/>',
    )
    html = drawn.html('say "<b>"', "figure-1")
    root = ET.fromstring(html).find("svg")
    assert re.search("<style|<title|metadata|xmlns|xlink", html) is None
    assert (root.get("role"), root.get("aria-label")) == ("img", 'say "<b>"')
    assert re.findall(' id="([^"]+)"', html) == ["figure-1-m1", "figure-1-p2"]
    assert 'href="#figure-1-m1" ' in html
    assert 'clip-path="url(#figure-1-p2)"' in html
    assert "data:image/png;base64,AA#m1" in html
    assert "stroke-linejoin: round" in root.get("style")


def test_colors_of_ink_and_paper_follow_the_page(figure):
    html = figure(
        text("1"),
        text("2", "fill: #ffffff"),
        text("3", "fill: #111111"),
        '<path style="fill: #ffffff; stroke: #000000; stroke-width: 2"/>',
        '<path stroke="#DDDDDD" style="fill: none"/><path style="fill: #d55e00"/>',
    ).html("a", "f")
    root = ET.fromstring(html).find("svg")
    assert "fill: currentColor" in root.get("style")
    texts = [e.get("style") for e in root.iter("text")]
    assert texts == [
        "font-size: 10px",
        "font-size: 10px; fill: #ffffff",
        "font-size: 10px; fill: #111111",
    ]
    paths = [e.get("style") for e in root.iter("path")]
    assert paths[0] == (
        "fill: var(--figure-paper, #ffffff); stroke: currentColor; stroke-width: 2"
    )
    assert paths[1] == "fill: none; stroke: var(--figure-grid, #dddddd)"
    assert paths[2] == "fill: #d55e00"


def test_colors_that_mean_values_stay(figure):
    path = '<path style="fill: #ffffff; stroke: #000000"/>'
    html = figure(
        f'<g id="QuadContourSet_1">{path}</g><g id="patch_3">{path}</g>'
    ).html("a", "f")
    region, patch = (e.get("style") for e in ET.fromstring(html).iter("path"))
    assert region == "fill: #ffffff; stroke: currentColor"
    assert patch == "fill: var(--figure-paper, #ffffff); stroke: currentColor"


def test_sheets_under_the_axes_are_dropped_and_boxes_under_texts_stay(figure):
    sheet = '<g id="patch_{}"><path style="fill: #ffffff"/></g>'
    html = figure(
        f'<g id="figure_1">{sheet.format(1)}<g id="axes_1">{sheet.format(2)}',
        f'<g id="text_1">{sheet.format(3)}{text("1")}</g></g></g>',
    ).html("a", "f")
    assert html.count("<path") == 1


def test_smallest_width_keeps_texts_legible(figure):
    assert figure(text("a")).smallest_width() == 278, "9.25 / 10 pixels x 300"
    assert figure().smallest_width() == 0
    small = figure(text("a"), text("b", "font-size: 3px"))
    assert small.smallest_width() == 400, "no larger than drawn: 300 points"
    assert "min-width: 278px" in figure(text("a")).html("a", "f")


def test_centered_lines_are_anchored_in_their_middle(figure):
    def lines(*places):
        both = [
            f'<text style="font-size: 10px" transform="translate({x} {y})">ab</text>'
            for x, y in places
        ]
        return f'<g id="text_1">{"".join(both)}</g>'

    for places, middle in (
        ([(5, 1), (8, 9)], True),
        ([(5, 1), (5, 9)], False),
        ([(5, 1)], False),
    ):
        drawn = figure(lines(*places))
        drawn.center_lines()
        assert ("text-anchor: middle" in drawn.html("a", "f")) == middle


def test_positions_are_rounded_and_images_stay_exact(figure):
    html = figure(
        '<path d="M -0.001234 1.238 \nL 1.5e-05 300"/>',
        '<image transform="matrix(0.012345 0 0 1 0 0)"/>',
    ).html("a", "f")
    assert 'd="M -0 1.24 L 0 300"' in html
    assert "matrix(0.012345 0 0 1 0 0)" in html


@pytest.mark.parametrize(
    ("page", "number"),
    [
        ("05-cnn", ("5",)),
        ("00-primer", ("0",)),
        ("10-x", ("10",)),
        ("book/zh/01-background", ("1",)),
        ("06-1a-vision", ("6", "1a")),
        ("06-4-recommendation", ("6", "4")),
        ("08-1-scale", ("8", "1")),
        ("08-3d-models", ("8", "3d")),
        ("a-claims", ("A",)),
        ("index", ()),
        ("references", ()),
    ],
)
def test_pages_are_numbered_as_their_files(extensions, page, number):
    assert extensions.figure_numbers.chapter_number(page) == number


def test_each_page_counts_from_one(extensions):
    env = SimpleNamespace(
        toc_fignumbers={
            "05-cnn": {"figure": {"b": (11,), "a": (9,)}, "table": {"t": (2,)}},
            "index": {"figure": {"c": (12,)}},
        }
    )
    assert extensions.figure_numbers.renumber(None, env) == []
    assert env.toc_fignumbers == {
        "05-cnn": {"figure": {"a": ("5", 1), "b": ("5", 2)}, "table": {"t": ("5", 1)}},
        "index": {"figure": {"c": (1,)}},
    }


def pictures(notebook):
    """Give each code cell's pictures by format, with the cell."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            for kind, data in output.get("data", {}).items():
                if kind.startswith("image/"):
                    yield cell, kind, data


def test_every_text_on_a_stored_figure_can_be_translated(zh, extensions, book_terms):
    faults = [
        f"cell {cell.id}: {fault}"
        for cell, kind, svg in pictures(zh)
        if kind == "image/svg+xml"
        for fault in extensions.figure_language.Figure(svg).missing(book_terms)
    ]
    assert faults == []


def test_every_figure_is_described_and_captioned(notebook):
    faults = [
        f"cell {cell.id}: no {name}"
        for cell, _, _ in pictures(notebook)
        for name in ("alt", "caption")
        if not notebooks.captions(cell).get(name, "").strip()
    ]
    assert faults == []


def test_every_entry_serves_a_figure(extensions, book_terms):
    stored = [
        (kind, data)
        for chapter in notebooks.chapters()
        for _, kind, data in pictures(
            notebooks.read(notebooks.chapter_path(chapter, "zh"))
        )
    ]
    if any(kind != "image/svg+xml" for kind, _ in stored):
        pytest.skip("some figures are not stored as SVG yet")
    used = set()
    for _, svg in stored:
        for _, words in extensions.figure_language.Figure(svg).texts():
            used |= book_terms.sources(words)
    idle = sorted(book_terms.entries.keys() - used)
    assert idle == [], "no figure has these texts: take them out of figure-terms.yml"


def test_no_entry_stands_twice(extensions):
    node = yaml.compose(extensions.figure_terms.PATH.read_text(encoding="utf-8"))
    keys = [key.value for key, _ in node.value]
    assert sorted(keys) == sorted(set(keys))


def test_table_keeps_to_the_glossary(book_terms):
    path = notebooks.BOOK / "glossary.yml"
    glossary = yaml.safe_load(path.read_text(encoding="utf-8"))
    wanted = {entry["en"].casefold(): entry["zh"] for entry in glossary}
    avoided = [word for entry in glossary for word in entry.get("avoid_zh", [])]
    terms = sorted(wanted.values(), key=len, reverse=True)
    for english, chinese in book_terms.entries.items():
        rest = re.sub("|".join(map(re.escape, terms)), " ", chinese)
        assert not [word for word in avoided if word in rest], (english, chinese)
        if chinese != english:
            assert chinese == wanted.get(english.casefold(), chinese), english
