"""What a reader does: search, switch the language, open the menu, unfold."""

import json

import pytest

pytestmark = pytest.mark.site

CHAPTER = "05-cnn.html"
QUERIES = [
    ("zh", "卷积神经网络", CHAPTER),
    ("zh", "池化", CHAPTER),
    ("zh", "学习率", CHAPTER),
    ("zh", "核", CHAPTER),
    ("zh", "dropout", CHAPTER),
    ("zh", "支持向量机", "01-background.html"),
    ("zh", "感知机", "01-background.html"),
    ("zh", "权重共享", "02-concepts.html"),
    ("zh", "反向传播", "04-mathematics.html"),
    ("zh", "交叉熵", "04-mathematics.html"),
    ("zh", "感受野", "04-mathematics.html"),
    ("zh", "backpropagation", "04-mathematics.html"),
    ("en", "convolutional", CHAPTER),
    ("en", "dropout", CHAPTER),
    ("en", "learning rates", CHAPTER),
    ("en", "backpropagation", "04-mathematics.html"),
    ("en", "receptive field", "04-mathematics.html"),
]
OTHER = {"zh": "en", "en": "zh"}
SWITCH = {"zh": "English", "en": "中文"}
LANGUAGE = {"zh": "zh-CN", "en": "en"}


@pytest.fixture(params=["http", "file"])
def base(request, bases):
    return bases[request.param]


def results(page):
    """The addresses found, once the search has ended."""
    page.wait_for_function(
        "/[0-9]|没有|not/.test(document.querySelector('.search-summary')?.innerText)"
    )
    links = page.locator("ul.search > li > a")
    return [link.get_attribute("href") for link in links.all()]


@pytest.mark.parametrize(("language", "query", "chapter"), QUERIES)
def test_search_finds_the_chapter(desk, base, language, query, chapter):
    desk.goto(f"{base}/{language}/search.html?q={query}")
    assert any(link.split("#")[0] == chapter for link in results(desk))


@pytest.mark.parametrize("language", OTHER)
def test_search_finds_nothing_where_nothing_is(desk, base, language):
    desk.goto(f"{base}/{language}/search.html?q=魑魅魍魉")
    assert results(desk) == []


def test_search_leaves_the_console_silent(desk, base):
    lines = []

    def listen(line):
        lines.append((line.type, line.text))

    desk.on("console", listen)
    desk.goto(f"{base}/zh/search.html?q=池化")
    assert results(desk)
    desk.remove_listener("console", listen)
    assert [line for line in lines if line[0] in ("error", "warning")] == []


def test_search_is_reached_by_keyboard_from_a_chapter(desk, base):
    desk.goto(f"{base}/zh/{CHAPTER}")
    desk.keyboard.press("Control+k")
    desk.locator("#pst-search-dialog input").fill("池化")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/search.html?q=*")
    assert any(link.split("#")[0] == CHAPTER for link in results(desk))


def test_browser_and_index_split_texts_alike(desk, bases, extension):
    texts = ["卷积神经网络", "核", "CNN卷积核 3×3", "article_cnn(seed=0)", "a-b，c。d"]
    desk.goto(f"{bases['http']}/zh/search.html")
    index = extension("chinese_search").BigramSearch({})
    for text in texts:
        terms = desk.evaluate(f"splitQuery({json.dumps(text)})")
        assert terms
        assert set(terms) <= set(index.split(text))


@pytest.mark.parametrize("name", ["index.html", CHAPTER, "search.html"])
@pytest.mark.parametrize("language", OTHER)
def test_switch_keeps_the_page(desk, base, language, name):
    there = OTHER[language]
    desk.goto(f"{base}/{language}/{name}")
    link = desk.get_by_role("link", name=SWITCH[language], exact=True)
    assert link.get_attribute("hreflang") == link.get_attribute("lang")
    link.click()
    desk.wait_for_url(f"{base}/{there}/{name}")
    assert desk.locator("html").get_attribute("lang") == LANGUAGE[there]
    desk.get_by_role("link", name=SWITCH[there], exact=True).click()
    desk.wait_for_url(f"{base}/{language}/{name}")


@pytest.mark.parametrize("language", OTHER)
def test_phone_menu_opens_and_closes_by_keyboard(phone, base, language):
    phone.goto(f"{base}/{language}/{CHAPTER}")
    toggle = phone.locator("button.primary-toggle").locator("visible=true")
    dialog = phone.locator("#pst-primary-sidebar-modal")
    entry = dialog.locator('a[href="c-glossary.html"]')
    assert not entry.is_visible()
    toggle.focus()
    phone.keyboard.press("Enter")
    entry.wait_for(state="visible")
    phone.keyboard.press("Escape")
    entry.wait_for(state="hidden")
    phone.wait_for_function(
        "document.activeElement?.classList.contains('primary-toggle')"
    )


@pytest.mark.parametrize("language", OTHER)
def test_start_page_leads_to_each_edition(desk, base, language):
    desk.goto(f"{base}/index.html")
    desk.locator(f'a[href="{language}/index.html"]').click()
    desk.wait_for_url(f"{base}/{language}/index.html")


@pytest.mark.parametrize("language", OTHER)
def test_hidden_cells_unfold_by_keyboard(desk, base, language):
    desk.goto(f"{base}/{language}/{CHAPTER}")
    summary = desk.locator("details.hide > summary").first
    details = summary.locator("xpath=..")
    assert details.get_attribute("open") is None
    summary.focus()
    desk.keyboard.press("Enter")
    assert details.get_attribute("open") is not None
