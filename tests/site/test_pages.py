"""Every page, on a desk and on a phone, in light and in dark."""

import re
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.site

ROOT = Path(__file__).resolve().parents[2]
TOC = yaml.safe_load((ROOT / "book/en/_toc.yml").read_text(encoding="utf-8"))
NAMES = [
    TOC["root"],
    *(chapter["file"] for part in TOC["parts"] for chapter in part["chapters"]),
    "search",
]
PAGES = [f"{language}/{name}.html" for language in ("zh", "en") for name in NAMES]
PAGES += ["index.html"]
VARIANTS = ["desktop-light", "desktop-dark", "phone-light"]
CHAPTER = "05-cnn.html"
LANGUAGE = {"zh": "zh-CN", "en": "en"}
CJK = re.compile(r"[\u4e00-\u9fff]")

ENGLISH_LEFTOVERS = re.compile(
    r"""^( .*\b(click\ to|toggle|show\ code|hide\ code|skip\ to|back\ to\ top)\b.*
    | search.* | searching | .*copyright.* | previous | next | .*-\ home | home | main
    | contents | on\ this\ page | section\ navigation | site\ navigation | copy(\b.*)?
    | color\ mode | light | dark | system\ settings | fullscreen.* | download.*
    | print\ to\ pdf | by | page | parameters:? | returns:? | return\ type:? | raises:?
    | variables:? | note | warning | tip | error | announcement | version\ warning
    | .*link\ to\ this.* | permalink.* )$""",
    re.IGNORECASE | re.VERBOSE,
)


@pytest.fixture(params=VARIANTS)
def variant(request):
    return request.param


@pytest.fixture(params=PAGES)
def path(request):
    return request.param


@pytest.fixture
def seen(visit, variant, path):
    return visit(variant, path)


def test_page_asks_no_foreign_host(seen, bases):
    urls = [url for kind, url in seen.log if kind == "request"]
    assert urls
    local = (f"{bases['http']}/", "data:", "blob:")
    assert [url for url in urls if not url.startswith(local)] == []


def test_console_is_silent(seen):
    assert [line for line in seen.log if line[0] in ("error", "pageerror")] == []


def test_page_fits_the_screen(seen):
    assert seen.overflow <= 0


def test_formulas_are_drawn(seen):
    assert len(seen.formulas) == seen.sources
    assert seen.mistakes == 0
    assert all(width > 0 and height > 0 for width, height in seen.formulas)


def test_images_load_and_are_described(seen):
    assert [image for image in seen.images if not image["loaded"]] == []
    assert [image for image in seen.images if not image["alt"].strip()] == []


def test_nothing_hinders_assistive_technology(seen):
    serious = [
        (found["id"], [node["html"][:200] for node in found["nodes"]])
        for found in seen.axe["violations"]
        if found["impact"] in ("serious", "critical")
    ]
    assert serious == []


def test_color_scheme_is_followed(seen, variant, path):
    if path != "index.html":
        assert seen.theme == variant.split("-")[1]


@pytest.mark.parametrize("path", PAGES)
def test_language_is_declared(visit, path):
    expected = LANGUAGE[path.split("/")[0]] if "/" in path else "zh-CN"
    assert visit("desktop-light", path).lang == expected


@pytest.mark.parametrize("path", [page for page in PAGES if page.startswith("zh/")])
def test_interface_is_chinese(visit, path):
    for variant in ("desktop-light", "phone-light"):
        texts = visit(variant, path).texts
        assert [text for text in texts if ENGLISH_LEFTOVERS.match(text)] == []


@pytest.mark.parametrize("language", LANGUAGE)
def test_chapter_shows_formulas_and_figures_in_its_language(visit, language):
    chapter = visit("desktop-light", f"{language}/{CHAPTER}")
    assert len(chapter.formulas) > 3
    figures = [image["alt"] for image in chapter.images if image["output"]]
    figures += chapter.drawn
    assert len(figures) > 3
    wrong = [alt for alt in figures if bool(CJK.search(alt)) != (language == "zh")]
    assert wrong == []
