"""Figures in the built pages: words, numbers, colors, sizes, what the keyboard does.

What axe says of the pages with their figures is in ``test_pages.py``.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted(path.stem for path in (ROOT / "book" / "zh").glob("*.ipynb"))
EDITIONS = ("zh", "en")
FIRST = {"zh": "图", "en": "Figure"}
SMALLEST_TEXT = 9  # pixels
CONTRAST = 4.5
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 150">'
    '<text style="font-size: 10px" x="9" y="9">{}</text><path id="p" d="M 0 0"/></svg>'
)
MEASURE = """() => {
  const boxes = [...document.querySelectorAll(".figure-box")];
  const paper = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const color = getComputedStyle(e).backgroundColor;
      if (!/, 0\\)$|^transparent$/.test(color)) return color;
    }
    return "rgb(255, 255, 255)";
  };
  const between = (low, value, high) => low < value && value < high;
  const inside = (inner, outer) =>
    between(outer.left, (inner.left + inner.right) / 2, outer.right) &&
    between(outer.top, (inner.top + inner.bottom) / 2, outer.bottom);
  return {
    overflow: document.documentElement.scrollWidth - window.innerWidth,
    ids: [...document.querySelectorAll("[id]")].map((element) => element.id),
    dangling: [...document.querySelectorAll(".figure-box *")].flatMap((element) =>
      [...element.attributes].flatMap(({name, value}) => {
        const found = [...value.matchAll(/url\\(#([^)]+)\\)/g)].map((m) => m[1]);
        if (name === "href" && value.startsWith("#")) found.push(value.slice(1));
        return found.filter((id) => !document.getElementById(id));
      })),
    figures: boxes.map((box) => {
      const svg = box.querySelector("svg");
      const outer = svg.getBoundingClientRect();
      const images = [...svg.querySelectorAll("image")].map((image) =>
        image.getBoundingClientRect());
      const scale = outer.width / svg.viewBox.baseVal.width;
      return {
        alt: svg.getAttribute("aria-label"),
        role: svg.getAttribute("role"),
        cut: box.getBoundingClientRect().right > window.innerWidth,
        scrolls: box.scrollWidth > box.clientWidth,
        tabindex: box.getAttribute("tabindex"),
        region: box.getAttribute("role"),
        label: box.getAttribute("aria-label"),
        number: box.closest("figure")?.querySelector(".caption-number")?.textContent,
        paper: paper(box),
        texts: [...svg.querySelectorAll("text")].map((text) => {
          const box = text.getBoundingClientRect();
          const sizes = [text, ...text.querySelectorAll("tspan")].map((element) =>
            element.style.fontSize ? parseFloat(element.style.fontSize) : 0);
          return {
            words: text.textContent,
            formula: text.children.length > 0,
            size: Math.max(...sizes) * scale,
            color: getComputedStyle(text).fill,
            onImage: images.some((image) => inside(box, image)),
            outside: Math.max(outer.left - box.left, box.right - outer.right,
                              outer.top - box.top, box.bottom - outer.bottom),
          };
        }),
      };
    }),
  };
}"""


def luminance(color):
    """Return the relative luminance of a color such as ``rgb(1, 2, 3)``."""
    values = [float(value) / 255 for value in re.findall(r"[\d.]+", color)[:3]]
    linear = [
        v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values
    ]
    return sum(w * v for w, v in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(first, second):
    dark, light = sorted([luminance(first), luminance(second)])
    return (light + 0.05) / (dark + 0.05)


def drawn(chapter):
    """Return how many figures of a chapter are stored as SVG."""
    path = ROOT / "book" / "zh" / f"{chapter}.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return sum("image/svg+xml" in output.get("data", {}) for output in outputs)


@pytest.fixture(params=CHAPTERS)
def chapter(request):
    if not drawn(request.param):
        pytest.skip("no figure of this chapter is stored as SVG")
    return request.param


@pytest.fixture(params=EDITIONS)
def language(request):
    return request.param


@pytest.fixture(scope="module")
def measure(browser, bases):
    """A function that measures a chapter's figures, once for each kind of screen."""
    seen = {}

    def look(language, chapter, width=1280, scheme="light"):
        key = language, chapter, width, scheme
        if key not in seen:
            context = browser.new_context(
                viewport={"width": width, "height": 900},
                color_scheme=scheme,
                reduced_motion="reduce",
            )
            page = context.new_page()
            page.goto(f"{bases['http']}/{language}/{chapter}.html")
            page.evaluate(
                "document.querySelectorAll('details').forEach(d => d.open = 1)"
            )
            page.evaluate("document.fonts.ready")
            page.wait_for_timeout(100)  # for the observer of sizes
            seen[key] = page.evaluate(MEASURE)
            context.close()
        return seen[key]

    return look


def texts(seen):
    return [text for figure in seen["figures"] for text in figure["texts"]]


@pytest.mark.site
def test_every_stored_figure_is_part_of_the_page(measure, language, chapter):
    seen = measure(language, chapter)
    assert len(seen["figures"]) == drawn(chapter)
    assert {figure["role"] for figure in seen["figures"]} == {"img"}
    assert all(figure["alt"].strip() for figure in seen["figures"])


@pytest.mark.site
def test_figures_speak_the_language_of_the_page(measure, chapter):
    zh = [t["words"] for t in texts(measure("zh", chapter)) if not t["formula"]]
    en = [t["words"] for t in texts(measure("en", chapter)) if not t["formula"]]
    assert len(zh) == len(en)
    assert any(re.search("[\u4e00-\u9fff]", words) for words in zh)
    assert not any(re.search("[\u3000-\u9fff\uff00-\uffef]", words) for words in en)


@pytest.mark.site
def test_figures_are_numbered_by_chapter(measure, language, chapter, extension):
    numbers = [figure["number"] for figure in measure(language, chapter)["figures"]]
    assert all(numbers)
    parts = extension("figure_numbers").chapter_number(chapter)
    first = re.escape(".".join(parts))
    pattern = rf"{FIRST[language]} {first}\.(\d+) "
    places = [int(re.fullmatch(pattern, number)[1]) for number in numbers]
    assert places == sorted(set(places))


@pytest.mark.site
def test_ids_occur_once_and_lead_somewhere(measure, language, chapter):
    seen = measure(language, chapter)
    assert sorted({i for i in seen["ids"] if seen["ids"].count(i) > 1}) == []
    assert seen["dangling"] == []


@pytest.mark.site
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_texts_on_figures_are_legible_and_whole(measure, language, chapter, width):
    seen = measure(language, chapter, width)
    assert seen["overflow"] <= 0
    assert not any(figure["cut"] for figure in seen["figures"])
    small = {t["words"]: t["size"] for t in texts(seen) if t["size"] < SMALLEST_TEXT}
    assert small == {}
    outside = {t["words"]: t["outside"] for t in texts(seen) if t["outside"] > 1}
    assert outside == {}


@pytest.mark.site
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_on_figures_stand_out(measure, language, chapter, scheme):
    faint = {
        text["words"]: (text["color"], figure["paper"])
        for figure in measure(language, chapter, scheme=scheme)["figures"]
        for text in figure["texts"]
        if not text["onImage"] and contrast(text["color"], figure["paper"]) < CONTRAST
    }
    assert faint == {}


@pytest.mark.site
def test_texts_on_images_keep_their_color(measure, language, chapter):
    light, dark = (
        [
            (t["words"], t["color"])
            for t in texts(measure(language, chapter, 1280, s))
            if t["onImage"]
        ]
        for s in ("light", "dark")
    )
    assert light == dark, 'give these texts color="#111111" or "white"'


@pytest.mark.site
@pytest.mark.parametrize("width", [390, 1280])
def test_only_figures_that_scroll_are_stops_of_the_tab_key(
    measure, language, chapter, width
):
    figures = measure(language, chapter, width)["figures"]
    for figure in figures:
        wanted = ("0", "region") if figure["scrolls"] else (None, None)
        assert (figure["tabindex"], figure["region"]) == wanted
        assert bool(figure["label"]) == figure["scrolls"]
    if width == 1280:
        assert not any(figure["scrolls"] for figure in figures)


def figure_cell(words, name="fig-a", cell_id="a"):
    """Make a cell that has drawn a figure with a text."""
    data = {"image/svg+xml": SVG.format(words)}
    outputs = [nbformat.v4.new_output("display_data", data)]
    figure = {"caption": "A line.", "name": name}
    return nbformat.v4.new_code_cell(
        "draw()",
        id=cell_id,
        outputs=outputs,
        execution_count=1,
        metadata={"mystnb": {"image": {"alt": 'Loss & "error"'}, "figure": figure}},
    )


@pytest.fixture
def built(tmp_path):
    """A function that builds notebooks, by name, in plain Sphinx."""

    def build(language="zh_CN", terms="loss: 损失\n", **notebooks):
        source, output = tmp_path / "source", tmp_path / "html"
        source.mkdir()
        (source / "terms.yml").write_text(terms, encoding="utf-8")
        names = [name.replace("_", "-") for name in notebooks]
        toctree = "\n".join(["# Title\n", "```{toctree}", *names, "```\n"])
        (source / "index.md").write_text(toctree, encoding="utf-8")
        python = {"language_info": {"name": "python", "pygments_lexer": "ipython3"}}
        for name, cells in zip(names, notebooks.values(), strict=True):
            title = nbformat.v4.new_markdown_cell("# Chapter", id="title")
            book = nbformat.v4.new_notebook(cells=[title, *cells], metadata=python)
            nbformat.write(book, source / f"{name}.ipynb")
        settings = {
            "extensions": ["myst_nb", "figure_language", "figure_numbers"],
            "language": language,
            "nb_execution_mode": "off",
            "numfig": True,
            "numfig_format": {"figure": "Figure %s"},
            "figure_terms_files": {"zh": str(source / "terms.yml")},
        }
        lines = [f"import sys; sys.path.insert(0, {str(ROOT / 'book' / '_ext')!r})"]
        lines += [f"{name} = {value!r}" for name, value in settings.items()]
        (source / "conf.py").write_text("\n".join(lines), encoding="utf-8")
        command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going"]
        run = subprocess.run(
            [*command, "-b", "html", str(source), str(output)],
            capture_output=True,
            encoding="utf-8",
        )
        return run, output

    return build


def test_figures_are_built_in_plain_sphinx(built):
    links = "See {numref}`fig-a`, {numref}`fig-b`, {numref}`fig-d`."
    cells = [
        figure_cell("loss"),
        nbformat.v4.new_markdown_cell(links, id="links"),
        figure_cell("loss", name="fig-b", cell_id="b"),
        figure_cell("0.5", name="fig-c", cell_id="c"),
    ]
    other = figure_cell("12", name="fig-d", cell_id="d")
    run, output = built(**{"05_cnn": cells, "a_claims": [other]})
    assert run.returncode == 0, run.stderr
    html = BeautifulSoup((output / "05-cnn.html").read_text("utf-8"), "html.parser")
    figures = html.select("figure .figure-box > svg")
    assert [figure.text for figure in figures] == ["损失", "损失", "0.5"]
    assert {figure["aria-label"] for figure in figures} == {'Loss & "error"'}
    numbers = [tag.text.strip() for tag in html.select(".caption-number")]
    assert numbers == ["Figure 5.1", "Figure 5.2", "Figure 5.3"]
    links = [tag.text for tag in html.select("a.reference .std-numref")]
    assert links == ["Figure 5.1", "Figure 5.2", "Figure A.1"]
    assert "Figure A.1" in (output / "a-claims.html").read_text("utf-8")
    assert not list(output.glob("_images/*.svg"))
    source = (output / "_sources" / "05-cnn.ipynb.txt").read_text("utf-8")
    assert ">loss</text>" in source.replace("\\", "")


def test_text_without_translation_fails_the_build(built):
    run, _ = built(**{"05_cnn": [figure_cell("accuracy")]})
    assert run.returncode == 1
    assert "figure text 'accuracy' has no translation" in run.stderr
    assert "terms.yml" in run.stderr
    assert "05-cnn" in run.stderr


def test_language_without_a_table_keeps_the_words(built):
    run, output = built("en", **{"05_cnn": [figure_cell("accuracy")]})
    assert run.returncode == 0, run.stderr
    assert ">accuracy</text>" in (output / "05-cnn.html").read_text("utf-8")
    index = (output / "searchindex.js").read_text("utf-8")
    assert "chapter" in index
    assert "accurac" not in index, "ticks and labels are no words to search for"


def test_ill_formed_table_fails_the_build(built):
    run, _ = built(terms="'{} s': 秒\n", **{"05_cnn": [figure_cell("0.5")]})
    assert run.returncode != 0
    assert "expected 1 times {}" in run.stderr
