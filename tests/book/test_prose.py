import prose
import pytest


def test_directive_bodies_are_read_and_listings_are_not():
    page = prose.parse(
        "```{note} 标题 4\n正文 `x` 5\n```\n\n```python\nsecret = 6\n```\n"
        "\n```{code-block} python\nsecret = 7\n```\n"
    )
    assert [block.plain() for block in page.blocks] == ["标题 4", "正文   5"]
    assert page.directives == ["note", "code-block"]


def test_figure_gives_image_alt_label_and_caption():
    page = prose.parse(
        "```{figure} ../_static/net.svg\n:alt: 一张图\n:name: fig-net\n\n图注 12\n```"
    )
    assert page.images == ["../_static/net.svg"]
    assert page.alts == ["一张图"]
    assert page.labels == ["fig-net"]
    assert page.plain() == "图注 12"


def test_yaml_options_of_a_directive():
    page = prose.parse("```{figure} a.png\n---\nname: fig-a\nalt: a\n---\n图注\n```")
    assert page.labels == ["fig-a"]
    assert page.plain() == "图注"


def test_references_citations_links_and_formulas():
    page = prose.parse(
        "(sec-a)=\n## 节\n\n见 {ref}`这里 <sec-b>`、{eq}`eq-c`、[](#fig-d)、"
        "[页](b-data.md)、{cite:t}`k1, k2`、https://example.org/7 和 {math}`x`。\n\n"
        "$$ y = 1 $$ (eq-c)\n"
    )
    assert page.labels == ["sec-a", "eq-c"]
    assert page.references == [("ref", "sec-b"), ("eq", "eq-c"), ("link", "fig-d")]
    assert page.links == ["b-data.md", "https://example.org/7"]
    assert page.citations == ["k1", "k2"]
    assert page.formulas == ["x", "y = 1"]
    assert "这里" in page.plain()
    assert "7" not in page.plain()


def test_a_table_row_is_one_block():
    page = prose.parse("| a | b |\n|---|---|\n| 1 {cite}`k` | 2 |\n")
    assert [block.plain() for block in page.blocks] == ["a | b | ", "1   | 2 | "]


def test_html_gives_its_text_and_its_images():
    page = prose.parse('<p>读 3 遍</p>\n<img src="a.png" alt="图">\n')
    assert "读 3 遍" in page.plain()
    assert page.images == ["a.png"]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("一句。两句！三句？”四句", 4),
        ("One is 3.5. Two, e.g. CNN. Three.", 3),
        ("It is v. small.", 1),
        ("见 `a.b`。再见", 2),
    ],
)
def test_sentences(text, count):
    (block,) = prose.parse(text).blocks
    assert len(list(block.sentences())) == count
