"""The book's extensions, one by one, in plain Sphinx where it takes a build."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from sphinx.errors import ExtensionError

ROOT = Path(__file__).resolve().parents[2]
ENTRY = {
    "zh": "卷积核",
    "en": "kernel",
    "meaning_zh": "权重。",
    "meaning_en": "Weights.",
}
CHAPTER = {
    "seconds": 1234.5,
    "budget_seconds": 1500,
    "peak_mb": 900,
    "code_cells": 20,
    "compared": 17,
    "tolerated": 2,
    "ignored": 1,
    "date": "2026-01-30",
    "machine": {"cpu": "A CPU", "cores": 2, "memory_gb": 7.5, "system": "Linux"},
}
STATUS = {
    "generated": "2026-01-31",
    "versions": {"keras": "3.15.1"},
    "chapters": {"05-cnn": CHAPTER},
}

RESULT = {
    "part": "conv1",
    "pass": "forward",
    "batch": 32,
    "numpy_ms": 1234.5,
    "tensorflow_ms": 1000,
    "ratio": 1.23,
}
TRAINING = {
    "part": "network",
    "pass": "training",
    "batch": 128,
    "numpy_ms": 2,
    "tensorflow_ms": 4,
    "ratio": 0.5,
}
BENCHMARK = {
    "date": "2026-02-01",
    "machine": CHAPTER["machine"],
    "versions": {"numpy": "2.4.6", "keras": "3.15.1", "tensorflow": "2.21.0"},
    "rounds": 15,
    "calls": 5,
    "results": [RESULT, TRAINING],
}


@pytest.fixture
def sphinx_build(tmp_path):
    """A function that builds one page, and notebooks, with some extensions."""

    def build(page, extensions, notebooks=(), **config):
        source = tmp_path / "书 source"
        source.mkdir()
        (source / "index.md").write_text(page, encoding="utf-8")
        for name, notebook in dict(notebooks).items():
            nbformat.write(notebook, source / f"{name}.ipynb")
        parser = "myst_nb" if notebooks else "myst_parser"
        lines = [f"import sys; sys.path.insert(0, {str(ROOT / 'book' / '_ext')!r})"]
        config = {"extensions": [parser, *extensions], **config}
        lines += [f"{name} = {value!r}" for name, value in config.items()]
        (source / "conf.py").write_text("\n".join(lines), encoding="utf-8")
        output = tmp_path / "html"
        command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going"]
        run = subprocess.run(
            [*command, "-b", "html", str(source), str(output)],
            capture_output=True,
            encoding="utf-8",
        )
        return run, output

    return build


@pytest.fixture
def glossary(tmp_path):
    """A function that writes a glossary and returns its path."""

    def write(*entries):
        path = tmp_path / "glossary.yml"
        path.write_text(yaml.safe_dump(list(entries)), encoding="utf-8")
        return path

    return write


@pytest.fixture
def status(tmp_path):
    """A function that writes a status file and returns its path."""

    def write(content):
        path = tmp_path / "status.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(
    "image",
    ["![](a.svg)", '```{raw} html\n<img src="a.svg" alt=" ">\n```'],
    ids=["Markdown", "HTML"],
)
def test_image_without_alternative_text_fails_the_build(sphinx_build, image):
    run, _ = sphinx_build(f"# Title\n\n{image}\n", ["image_alt"])
    assert run.returncode == 1
    assert "index.md:3: WARNING: image without alternative text: a.svg" in run.stderr


def test_described_image_passes(sphinx_build):
    page = '# Title\n\n```{raw} html\n<img src="data:," alt="A picture">\n```\n'
    run, _ = sphinx_build(page, ["image_alt"])
    assert run.returncode == 0, run.stderr


def test_mathjax_is_copied_and_used(sphinx_build):
    extensions = ["sphinx.ext.mathjax", "offline_assets"]
    run, output = sphinx_build(
        "# Title\n\n$x^2$\n", extensions, myst_enable_extensions=["dollarmath"]
    )
    assert run.returncode == 0, run.stderr
    page = (output / "index.html").read_text(encoding="utf-8")
    assert 'src="_static/mathjax/tex-chtml.js"' in page
    assert "https://cdn" not in page
    assert (output / "_static/mathjax/tex-chtml.js").is_file()
    assert list((output / "_static/mathjax").rglob("*.woff"))


def test_missing_mathjax_is_a_clear_error(extension, monkeypatch):
    module = extension("offline_assets")
    monkeypatch.setattr(module, "files", lambda name: None)
    with pytest.raises(ExtensionError, match=r"tex-chtml\.js.*pip install"):
        module.mathjax_files()


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("核", ["核"]),
        ("卷积核", ["卷", "积", "核", "卷积", "积核"]),
        ("CNN卷积，article_cnn", ["CNN", "卷", "积", "卷积", "article_cnn"]),
    ],
)
def test_index_terms(extension, text, terms):
    assert extension("chinese_search").BigramSearch({}).split(text) == terms


def test_index_stems_english(sphinx_build):
    run, output = sphinx_build("# Title\n\nlearning rates 池化\n", ["chinese_search"])
    assert run.returncode == 0, run.stderr
    index = (output / "searchindex.js").read_text(encoding="utf-8")
    terms = json.loads(index.removeprefix("Search.setIndex(").removesuffix(")"))[
        "terms"
    ]
    assert {"learn", "rate", "池", "化", "池化"} <= set(terms)


def test_glossary_is_sorted_and_speaks_the_language(extension, glossary):
    module = extension("glossary_terms")
    second = {"zh": "Adam", "en": "Adam", "meaning_zh": "甲。", "meaning_en": "A."}
    path = glossary(
        {
            **ENTRY,
            "en_forms": ["filter"],
            "avoid_zh": ["过滤器", "滤波器"],
            "also_zh": ["核"],
            "also_en": ["mask"],
        },
        second,
    )
    assert module.render("en", path) == (
        "```{glossary}\nAdam\n    A.\n\nkernel\n卷积核\n    Weights. "
        "Also called: filter, mask.\n```"
    )
    assert module.render("zh", path) == (
        "```{glossary}\nAdam\n    甲。\n\n"
        "卷积核\nkernel\n    权重。又称：过滤器、滤波器、核。\n```"
    )


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([{"zh": "核", "en": "kernel"}], "'meaning_zh' is a required property"),
        ([{**ENTRY, "avoid": ["x"]}], "'avoid' was unexpected"),
        ([ENTRY, {**ENTRY, "zh": "核"}], "one entry, got two of"),
        ([], "should be non-empty"),
    ],
)
def test_ill_formed_glossary_is_a_clear_error(extension, glossary, entries, message):
    path = glossary(*entries)
    with pytest.raises(ValueError, match=message) as caught:
        extension("glossary_terms").render("en", path)
    assert str(path) in str(caught.value)


def test_status_tables_show_what_was_measured(extension, status):
    text = extension("status_tables").render("en", status(STATUS))
    assert "| 2026-01-30 | A CPU, 2 cores, 7.5 GB |" in text
    assert "7.5 GB" in text
    assert "| {doc}`05-cnn` | 1,234 | – | 1,500 | 900 |" in text
    assert "| {doc}`05-cnn` | 20 | 17 | 2 | 1 | – |" in text
    assert "| {doc}`05-cnn` | not tried yet | – | – | – | – |" in text
    assert "| `keras` | 3.15.1 |" in text


ROBUST = {
    "date": "2026-02-03",
    "cpu": "Another CPU",
    "variants": {
        "oneDNN off": {"cells": 16, "held": 16, "failed": []},
        "one thread": {"cells": 16, "held": 15, "failed": ["pairs"]},
        "SEED = 1": {"cells": 12, "held": 12, "failed": []},
    },
    "code": "",
}


@pytest.mark.parametrize(
    ("language", "outdated", "failed"),
    [
        ("en", " (an earlier version of the code)", ", one thread: `pairs`"),
        ("zh", "（试的是较早的代码）", "，one thread：`pairs`"),
    ],
)
def test_status_tells_what_held_and_whether_the_code_has_changed(
    extension, status, tmp_path, language, outdated, failed
):
    module = extension("status_tables")
    code = nbformat.v4.new_code_cell("a = 1\nb = 2", id="a")
    other = nbformat.v4.new_code_cell("c = 3", id="c")
    notebook = nbformat.v4.new_notebook(cells=[TITLE, code, other])
    nbformat.write(notebook, tmp_path / "05-cnn.ipynb")
    digest = module.code_digest(tmp_path / "05-cnn.ipynb")
    expected = hashlib.sha256(b"a = 1\nb = 2\n\nc = 3").hexdigest()[:12]
    assert digest == expected
    more = {"reference_seconds": 88.4, "one_seed": 3}
    for code, told in ((digest, ""), ("another", outdated)):
        chapter = {**CHAPTER, **more, "robust": {**ROBUST, "code": code}}
        path = status({**STATUS, "chapters": {"05-cnn": chapter}})
        text = module.render(language, path, chapters=tmp_path)
        assert "| {doc}`05-cnn` | 1,234 | 88 | 1,500 | 900 |" in text
        assert "| {doc}`05-cnn` | 20 | 17 | 2 | 1 | 3 |" in text
        row = f"| 3 | 31 / 32 | 12 / 12 | 2026-02-03{told} | Another CPU |"
        assert f"| {{doc}}`05-cnn` {row}" in text
        assert f"- {{doc}}`05-cnn`{failed}" in text


def test_benchmark_is_a_table_in_both_languages(extension, status, tmp_path):
    module, path = extension("status_tables"), tmp_path / "benchmark.json"
    path.write_text(json.dumps(BENCHMARK), encoding="utf-8")
    english, chinese = (
        module.render(language, status(STATUS), path) for language in ("en", "zh")
    )
    assert "## From scratch against TensorFlow" in english
    assert "(NumPy 2.4.6) and TensorFlow 2.21.0 (Keras 3.15.1)" in english
    assert "15 turns each of 5 calls" in english
    assert "Measured on 2026-02-01" in english
    assert "| `conv1` | forward | 32 | 1,234.50 | 1,000.00 | 1.23 |" in english
    assert "| whole network | training step | 128 | 2.00 | 4.00 | 0.50 |" in english
    assert "## 从零实现与 TensorFlow 的速度" in chinese
    assert "| 整个网络 | 一步训练 | 128 | 2.00 | 4.00 | 0.50 |" in chinese


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"date": None}, "at date: None"),
        ({"results": []}, "at results"),
        ({"results": [{**RESULT, "ratio": 0}]}, "at results/0/ratio: 0"),
        ({"results": [{**RESULT, "part": "dense"}]}, "at results/0/part: 'dense'"),
        ({"versions": {"numpy": "2.4.6"}}, "at versions: 'keras' is a required"),
    ],
)
def test_ill_formed_benchmark_is_a_clear_error(
    extension, status, tmp_path, change, message
):
    path = tmp_path / "benchmark.json"
    path.write_text(json.dumps({**BENCHMARK, **change}), encoding="utf-8")
    with pytest.raises(ValueError, match=message) as caught:
        extension("status_tables").render("en", status(STATUS), path)
    assert "make experiments NAME=benchmark" in str(caught.value)


def test_missing_benchmark_is_a_clear_error(extension, status, tmp_path):
    with pytest.raises(FileNotFoundError, match="make experiments NAME=benchmark"):
        extension("status_tables").render("en", status(STATUS), tmp_path / "none")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({**STATUS, "generated": "yesterday"}, "at generated: 'yesterday' does not"),
        (
            {**STATUS, "chapters": {"05-cnn": {**CHAPTER, "ignored": -1}}},
            "at chapters/05-cnn/ignored: -1",
        ),
        ({"generated": "2026-01-31"}, "is a required property"),
    ],
)
def test_ill_formed_status_is_a_clear_error(extension, status, content, message):
    with pytest.raises(ValueError, match=message) as caught:
        extension("status_tables").render("en", status(content))
    assert "make refresh" in str(caught.value)


def test_broken_or_missing_source_is_a_clear_error(extension, tmp_path):
    module = extension("status_tables")
    path = tmp_path / "status.json"
    with pytest.raises(FileNotFoundError, match="make refresh"):
        module.render("en", path)
    path.write_text('{"generated": ', encoding="utf-8")
    with pytest.raises(ValueError, match="can't be parsed"):
        module.render("en", path)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_data_cards_say_all_there_is(extension, language):
    from companion.datasets import cards

    text = extension("data_cards").render(language)
    for card in cards().values():
        assert f"(data-{card.name.replace('_', '-')})=" in text
        for sentence in (card.title, card.license, *card.good_for, *card.known_faults):
            assert getattr(sentence, language) in text
        for split in card.splits:
            assert f"{split.count:,}" in text
        assert card.file.sha256 in text
        assert card.license_id in text


def test_marker_is_replaced_in_a_page(sphinx_build):
    page = "# Title\n\n<!-- glossary -->\n\nA {term}`convolution`.\n"
    run, output = sphinx_build(page, ["generated_pages"], language="en")
    assert run.returncode == 0, run.stderr
    html = (output / "index.html").read_text(encoding="utf-8")
    assert 'id="term-convolution"' in html
    assert 'href="#term-convolution"' in html


def anchored_build(sphinx_build, *cells, page=""):
    """Build a page that links to a notebook with anchors for its cells."""
    links = "{ref}`there <05-x/run>` and {ref}`further <05-x/solution>`"
    python = {"language_info": {"name": "python", "pygments_lexer": "ipython3"}}
    notebook = nbformat.v4.new_notebook(cells=[*cells], metadata=python)
    toctree = "```{toctree}\n05-x\n```"
    return sphinx_build(
        f"# Title\n\n{page or links}\n\n{toctree}\n",
        ["cell_anchors"],
        notebooks={"05-x": notebook},
        nb_execution_mode="off",
    )


TITLE = nbformat.v4.new_markdown_cell("# Chapter", id="title")
RUN = nbformat.v4.new_code_cell("6 * 7", id="run", execution_count=1)
SOLUTION = nbformat.v4.new_code_cell(
    "print('solved')",
    id="solution",
    execution_count=2,
    metadata={"tags": ["hide-cell"]},
)


def test_code_cells_have_anchors_and_labels(sphinx_build):
    run, output = anchored_build(sphinx_build, TITLE, RUN, SOLUTION)
    assert run.returncode == 0, run.stderr
    html = BeautifulSoup((output / "05-x.html").read_text("utf-8"), "html.parser")
    cells = html.find_all("div", class_="cell")
    assert [cell["id"] for cell in cells] == ["cell-run", "cell-solution"]
    assert ["6 * 7" in cell.text for cell in cells] == [True, False]
    index = BeautifulSoup((output / "index.html").read_text("utf-8"), "html.parser")
    links = {a.text: a["href"] for a in index.find_all("a", class_="reference")}
    assert links["there"] == "05-x.html#cell-run"
    assert links["further"] == "05-x.html#cell-solution"


@pytest.mark.parametrize(
    ("language", "show", "hide"),
    [
        ("zh_CN", "显示参考答案", "收起参考答案"),
        ("en", "Show solution", "Hide solution"),
    ],
)
def test_solution_is_folded_and_named_and_stub_is_plain(
    sphinx_build, language, show, hide
):
    stub = nbformat.v4.new_code_cell(
        "x = ...", id="stub", metadata={"tags": ["exercise"]}
    )
    solution = nbformat.v4.new_code_cell(
        "x = 42",
        id="answer",
        metadata={
            "tags": ["hide-cell", "solution"],
            "jupyter": {"source_hidden": True, "outputs_hidden": True},
        },
    )
    other = nbformat.v4.new_code_cell(
        "y = 1", id="other", metadata={"tags": ["hide-cell"]}
    )
    python = {"language_info": {"name": "python", "pygments_lexer": "ipython3"}}
    notebook = nbformat.v4.new_notebook(
        cells=[TITLE, stub, solution, other], metadata=python
    )
    run, output = sphinx_build(
        "# Title\n\n```{toctree}\n05-x\n```\n",
        ["solutions"],
        notebooks={"05-x": notebook},
        nb_execution_mode="off",
        language=language,
    )
    assert run.returncode == 0, run.stderr
    html = BeautifulSoup((output / "05-x.html").read_text("utf-8"), "html.parser")
    folds = html.find_all("details")
    assert [fold.find("pre").text.strip() for fold in folds] == ["x = 42", "y = 1"]
    words = [[p.text for p in fold.summary.find_all("p")] for fold in folds]
    assert words[0] == [show, hide]
    assert show not in words[1]
    assert html.find(class_="tag_exercise").find_parent("details") is None


def test_print_repeats_the_light_rules_of_every_sheet(extension):
    rules = extension("print_light").light_rules(
        "/* html[data-theme=light] */ a{b:c}"
        ':is(html, body)[data-theme="light"], p { --x: 1 }'
        "html[data-theme=dark] a{color:red}"
        "html[data-theme=light] .k,html[data-theme=light] .n{color:#111}"
    )
    assert rules == [
        ":is(html, body)[data-theme]{--x: 1}",
        "html[data-theme] .k,html[data-theme] .n{color:#111}",
    ]


def test_label_of_a_lost_cell_fails_the_build(sphinx_build):
    run, _ = anchored_build(sphinx_build, TITLE, RUN)
    assert run.returncode == 1
    assert "undefined label: '05-x/solution'" in run.stderr
    assert "05-x/run" not in run.stderr


def test_anchor_that_is_taken_fails_the_build(sphinx_build):
    taken = nbformat.v4.new_markdown_cell("## Cell run\n\nText.", id="taken")
    run, _ = anchored_build(sphinx_build, TITLE, taken, RUN, page="Nothing.")
    assert run.returncode == 1
    assert "code cell 'run': expected the anchor 'cell-run' to be free" in run.stderr


def test_switch_appears_only_where_there_is_another_edition(extension):
    from types import SimpleNamespace

    module = extension("language_switch")

    def context_of(root):
        app = SimpleNamespace(
            config=SimpleNamespace(language_switch_root=root, language="zh_CN"),
            builder=SimpleNamespace(get_target_uri=lambda name: f"{name}.html"),
        )
        context = {"content_root": "../"}
        module.add_link(app, "part/page", context)
        return context.get("language_switch")

    assert context_of("") is None
    link = context_of("../en")
    assert link["url"] == "../../en/part/page.html"
    assert (link["lang"], link["label"]) == ("en", "English")
