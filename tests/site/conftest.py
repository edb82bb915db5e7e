"""The site, built once, and a headless browser that looks at it."""

import http.server
import importlib
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "msedge")
VARIANTS = {
    "desktop-light": {"width": 1280, "color_scheme": "light"},
    "desktop-dark": {"width": 1280, "color_scheme": "dark"},
    "phone-light": {"width": 390, "color_scheme": "light"},
}
# To a screen reader a figure is one image with a description, and a formula is what
# stands beside its hidden glyphs. Their parts, half of a page's elements, are looked at
# by tests/book/test_figures.py, tests/site/test_figures.py and MEASURE.
EMPTY = """() => document
  .querySelectorAll(".figure-box > svg, mjx-container > [aria-hidden=true]")
  .forEach((element) => element.replaceChildren())"""
AXE_OPTIONS = {
    "preload": False,
    "resultTypes": ["violations"],
    "rules": {"label-content-name-mismatch": {"enabled": True}},
}
MEASURE = """async () => {
  await document.fonts.ready;
  await window.MathJax?.startup?.promise;
  const all = (query) => [...document.querySelectorAll(query)];
  const size = (element) => {
    const box = element.getBoundingClientRect();
    return [box.width, box.height];
  };
  const named = ["aria-label", "title", "placeholder", "data-bs-title"];
  const controls = "button, .field-list > dt, summary, .admonition-title";
  const own = (e) => [...e.childNodes].filter((n) => n.nodeType === Node.TEXT_NODE);
  return {
    lang: document.documentElement.lang,
    theme: document.documentElement.dataset.theme,
    overflow: document.documentElement.scrollWidth - window.innerWidth,
    sources: all(".math").length,
    formulas: all("mjx-container").map(size),
    mistakes: all("mjx-merror, [data-mjx-error]").length,
    images: all("img").map((image) => ({
      name: image.getAttribute("src").slice(0, 80),
      alt: image.alt,
      loaded: image.complete && image.naturalWidth > 0,
      output: Boolean(image.closest(".cell_output, .cell_output figure, figure.cell")),
    })),
    drawn: all(".figure-box > svg").map((e) => e.getAttribute("aria-label") || ""),
    texts: [
      ...all("body *").flatMap((e) => named.map((name) => e.getAttribute(name) || "")),
      ...all("body *:not(script, style)")
        .filter((e) => !e.closest("article") || e.closest(controls))
        .flatMap((e) => own(e).map((node) => node.data)),
    ].map((text) => text.trim()).filter(Boolean),
  };
}"""


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves files without a log."""

    def log_message(self, *_):
        pass


def pytest_collection_modifyitems(items):
    """Keep what looks at the same page, or shares a module's fixtures, in one process.

    Args:
        items: The tests; under pytest-xdist each gets its group.
    """
    for item in items:
        parameters = item.callspec.params if hasattr(item, "callspec") else {}
        group = parameters.get("path") if item.path.stem == "test_pages" else None
        item.add_marker(pytest.mark.xdist_group(str(group or item.path.stem)))


def importing_from(folder):
    sys.path.insert(0, str(folder))
    yield importlib.import_module
    sys.path.remove(str(folder))


@pytest.fixture(scope="session")
def extension():
    """A function that imports one of the book's extensions by name."""
    yield from importing_from(ROOT / "book" / "_ext")


@pytest.fixture(scope="session")
def tool():
    """A function that imports one of the maintainer's scripts by name."""
    yield from importing_from(ROOT / "tools")


@pytest.fixture(scope="session")
def site():
    """The folder of the built site."""
    script = ROOT / "tools" / "build_site.py"
    run = subprocess.run(
        [sys.executable, str(script)], cwd=ROOT, capture_output=True, encoding="utf-8"
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return ROOT / "_build" / "site"


@pytest.fixture(scope="session")
def bases(site):
    """Where the site begins, over http and on disk."""

    def handler(*arguments):
        return QuietHandler(*arguments, directory=str(site))

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        port = server.server_address[1]
        yield {"http": f"http://127.0.0.1:{port}", "file": site.as_uri()}
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium, Chrome or Edge found on this machine."""
    found = [os.environ.get("BROWSER_PATH"), *map(shutil.which, BROWSERS)]
    path = next((path for path in found if path), None)
    if path is None:
        hint = (
            f"expected one of {', '.join(BROWSERS)} on the PATH or its path in "
            "BROWSER_PATH, found none; install one, for example: apt install chromium"
        )
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(hint)
        pytest.skip(hint)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def desk(browser):
    """A page of 1280 pixels that tests may lead anywhere."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def phone(browser):
    """A page of 390 pixels that tests may lead anywhere."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def visit(browser, bases):
    """A function that opens a page in a variant once and says what was seen."""
    pages, seen = {}, {}

    def open_page(variant):
        settings = VARIANTS[variant]
        page = browser.new_context(
            viewport={"width": settings["width"], "height": 900},
            color_scheme=settings["color_scheme"],
            reduced_motion="reduce",  # or axe may see a color on its way to another
        ).new_page()
        log = []
        page.on("request", lambda request: log.append(("request", request.url)))
        page.on("console", lambda line: log.append((line.type, line.text)))
        page.on("pageerror", lambda error: log.append(("pageerror", str(error))))
        return page, log

    def look(variant, path):
        if variant not in pages:
            pages[variant] = open_page(variant)
        page, log = pages[variant]
        log.clear()
        page.goto(f"{bases['http']}/{path}", wait_until="load")
        measured = page.evaluate(MEASURE)
        page.evaluate(EMPTY)
        result = Axe().run(page, None, AXE_OPTIONS)
        return SimpleNamespace(**measured, log=list(log), axe=result.response)

    def look_once(variant, path):
        if (variant, path) not in seen:
            seen[variant, path] = look(variant, path)
        return seen[variant, path]

    yield look_once
    for page, _ in pages.values():
        page.context.close()
