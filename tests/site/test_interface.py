"""Paper, narrow phones, what is copied, what is downloaded, what is folded."""

import pytest

pytestmark = pytest.mark.site

CHAPTER = "05-cnn.html"
#: Visible texts that are pale, boxes that are dark, and filters.
NOT_FOR_PAPER = """() => {
  const light = (color) => {
    const [r, g, b, a = 1] = color.match(/[\\d.]+/g).map(Number);
    return a === 0 ? null : 0.299 * r + 0.587 * g + 0.114 * b;
  };
  const found = new Set();
  document.querySelectorAll("body, body *").forEach((e) => {
    if (!e.getClientRects().length) return;
    const style = getComputedStyle(e);
    const name = `${e.tagName}.${e.getAttribute("class")}`;
    const paper = light(style.backgroundColor);
    if (paper !== null && paper < 200) found.add(`dark box ${name}`);
    const text = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (text && light(style.color) > 150) found.add(`pale text ${name}`);
    if (style.filter !== "none") found.add(`filter ${name}`);
  });
  return [...found];
}"""
#: What reaches over the right edge outside of a box that scrolls, and boxes that
#: scroll but can't be reached by the keyboard.
OVER_THE_EDGE = """() => {
  const width = window.innerWidth;
  const box = (element) => {
    for (let e = element; e && e !== document.body; e = e.parentElement)
      if (["auto", "scroll"].includes(getComputedStyle(e).overflowX)) return e;
    return null;
  };
  const elsewhere = "dialog, .bd-sidebar-primary, .bd-sidebar-secondary, " +
    "mjx-assistive-mml, .skip-link";
  const clipped = [...document.querySelectorAll("body *")].filter((e) => {
    const edge = e.getBoundingClientRect();
    if (!edge.width || edge.right <= width + 1 || e.closest(elsewhere)) return false;
    return (box(e)?.getBoundingClientRect().right ?? Infinity) > width + 1;
  });
  const boxes = "pre, .pst-scrollable-table-container, .cell_output .output";
  const unreachable = [...document.querySelectorAll(boxes)].filter(
    (e) => box(e) === e && e.scrollWidth > e.clientWidth + 1 && e.tabIndex < 0);
  const name = (e) => `${e.tagName}.${e.getAttribute("class")}`;
  return {
    over: document.documentElement.scrollWidth - width,
    clipped: clipped.map(name),
    unreachable: unreachable.map(name),
  };
}"""
#: Press every copy button; return what was to be copied and what each cell says.
COPY = """() => {
  const copied = [];
  const original = document.execCommand;
  document.execCommand = () => copied.push(document.activeElement.value) > 0;
  const buttons = [...document.querySelectorAll("button.copybtn")];
  buttons.forEach((button) => button.click());
  document.execCommand = original;
  const said = buttons.map(
    (button) => document.querySelector(button.dataset.clipboardTarget).textContent);
  return copied.map((text, i) => [text, said[i]]);
}"""
PAGES = ["index", "05-cnn", "a-claims", "c-glossary", "e-status", "d-companion"]


@pytest.fixture(scope="module")
def dark(browser):
    """A page of a reader who prefers dark colors."""
    context = browser.new_context(color_scheme="dark", reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("name", [CHAPTER, "a-claims.html", "d-companion.html"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_paper_is_light_whatever_the_preference(dark, bases, language, name):
    dark.goto(f"{bases['http']}/{language}/{name}")
    assert dark.locator("html").get_attribute("data-theme") == "dark"
    assert dark.evaluate(NOT_FOR_PAPER)  # the screen is dark
    dark.emulate_media(media="print", color_scheme="dark")
    try:
        assert dark.evaluate(NOT_FOR_PAPER) == []
    finally:
        dark.emulate_media(media="screen", color_scheme="dark")


def copied(page, address):
    page.goto(address)
    page.wait_for_function("document.querySelector('button.copybtn')")
    return page.evaluate(COPY)


def test_examples_are_copied_without_prompts_and_outputs(desk, bases):
    pairs = copied(desk, f"{bases['http']}/en/d-companion.html")
    examples = [pair for pair in pairs if ">>> " in pair[1]]
    assert len(examples) > 50
    for text, said in examples:
        assert not any(line.startswith((">>>", "...")) for line in text.splitlines())
        code = [line for line in said.splitlines() if line.startswith((">>> ", "... "))]
        assert text.split("\n") == [line[4:] for line in code] or "\n..." in said
        compile(text, "copied", "exec")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_code_of_a_chapter_is_copied_whole(desk, bases, language):
    pairs = copied(desk, f"{bases['http']}/{language}/{CHAPTER}")
    assert len(pairs) > 20
    assert [text for text, said in pairs if text.strip() != said.strip()] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_notebook_is_offered_as_a_download(desk, bases, language):
    desk.goto(f"{bases['file']}/{language}/{CHAPTER}")
    links = desk.locator('a[href$=".ipynb"][href*="_sources"]')
    assert links.count() > 0
    for link in links.all():
        assert link.get_attribute("download") is not None


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_clipped_on_a_phone(phone, bases, width, name):
    phone.set_viewport_size({"width": width, "height": 700})
    for language in ("zh", "en"):
        phone.goto(f"{bases['http']}/{language}/{name}.html")
        phone.evaluate("async () => { await window.MathJax?.startup?.promise; }")
        phone.wait_for_timeout(150)  # scripts make what scrolls focusable
        seen = phone.evaluate(OVER_THE_EDGE)
        assert seen == {"over": 0, "clipped": [], "unreachable": []}, language


def test_menu_works_on_the_narrowest_phone(phone, bases):
    phone.set_viewport_size({"width": 320, "height": 568})
    phone.goto(f"{bases['http']}/en/{CHAPTER}")
    phone.locator("button.primary-toggle").locator("visible=true").click()
    entry = phone.locator('#pst-primary-sidebar-modal a[href="c-glossary.html"]')
    entry.wait_for(state="visible")
    box = entry.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
    entry.click()
    phone.wait_for_url("**/c-glossary.html")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_heading_cells_of_tables_have_text(desk, bases, language):
    for name in PAGES:
        desk.goto(f"{bases['http']}/{language}/{name}.html")
        empty = "() => [...document.querySelectorAll('th')].filter(" + (
            "(e) => !e.textContent.trim()).length"
        )
        assert desk.evaluate(empty) == 0, name


def test_pages_load_only_what_they_use(desk, bases):
    def scripts(name):
        desk.goto(f"{bases['http']}/en/{name}.html")
        found = "[...document.scripts].map((s) => s.getAttribute('src') || '')"
        return " ".join(desk.evaluate(found))

    assert "mathjax" in scripts(CHAPTER.removesuffix(".html"))
    assert "searchindex" not in scripts(CHAPTER.removesuffix(".html"))
    assert "mathjax" not in scripts("index")
    assert "searchindex" in scripts("search")
    assert "searchwords" in scripts("search")
