"""The rules of a chapter."""

import ast
import re

import evidence
import notebooks
import prose
import pytest
from cells import code, markdown, notebook
from nbformat import NotebookNode

MAX_LINES, MAX_COLUMNS = 20, 88
MAX_SVG = 100_000  # bytes
# Chinese characters. The least that the design asks for is 3,000; the chapters get
# there when they are rewritten.
PROSE_LENGTH = range(1500, 7001)
CODE_CELLS = range(10, 37)
MAX_ONE_SEED = 0.15  # of a chapter's code cells
EXERCISES = dict.fromkeys(
    (
        "00-primer",
        "01-background",
        "02-concepts",
        "03-workflow",
        "04-mathematics",
        "05-cnn",
        "06-1a-vision",
        "06-1b-vision-in-use",
    ),
    4,
)  # other chapters: three

TITLES = {
    "zh": {
        "summary": "小结",
        "reading": "延伸阅读",
        "exercise": r"练习\s*(\d+)",
        "open": "开放项目",
    },
    "en": {
        "summary": "Summary",
        "reading": "Further reading",
        "exercise": r"Exercise\s+(\d+)",
        "open": "open project",
    },
}
OPENING = {
    "zh": {
        "question": "问题",
        "what the reader will be able to do": "学会|能够|你将",
        "the article's section": r"§|原文第",
        "budget": "预算",
        "what it needs": "需要|准备",
    },
    "en": {
        "question": "question",
        "what the reader will be able to do": "you will|be able to",
        "the article's section": r"§|article's section|in the article: section",
        "budget": "budget",
        "what it needs": "need|prerequisite",
    },
}
NETWORK = {
    "aiohttp",
    "ftplib",
    "http",
    "httpx",
    "huggingface_hub",
    "kagglehub",
    "pooch",
    "requests",
    "socket",
    "tensorflow_datasets",
    "urllib",
    "wget",
}


# Arguments that fix what is random, and functions whose first argument does.
SEEDS = {"seed", "random_state", "rng"}
SEEDED = {"default_rng", "RandomState", "set_random_seed", "set_seed", "SeedSequence"}


def code_cells(book: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in book.cells if cell.cell_type == "code"]


def dotted(node: ast.AST) -> str:
    """Return a name such as ``companion.set_seed``; empty for anything else."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def source_faults(source: str) -> list[str]:
    """Say what a code cell's source must not contain."""
    lines = source.splitlines()
    faults = [f"longer than {MAX_LINES} lines"] * (len(lines) > MAX_LINES)
    faults += [f"wide line: {line}" for line in lines if len(line) > MAX_COLUMNS]
    if "NBVAL_" in source:
        faults.append("use tags, not comments, to steer nbval")
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        return [*faults, f"not plain Python (magic or shell?): {error.text}"]
    return faults + [fault for node in ast.walk(tree) for fault in node_faults(node)]


def node_faults(node: ast.AST) -> list[str]:
    """Say what is wrong with one node of a cell's syntax tree."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        names = [getattr(node, "module", None) or a.name for a in node.names]
        return [f"network: {n}" for n in names if n.partition(".")[0] in NETWORK]
    if isinstance(node, ast.Call):
        last = dotted(node.func).rpartition(".")[2]
        if last in {"get_file", "load_data"} or last.startswith("fetch_"):
            return [f"network: {last}"]
        if last in {"filterwarnings", "simplefilter", "suppress"}:
            return [f"suppression: {last}"]
    if isinstance(node, ast.ExceptHandler):
        silent = all(isinstance(step, ast.Pass) for step in node.body)
        return ["suppressed exception"] * silent
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        absolute = re.match(r"/[A-Za-z]\w*/|~/|[A-Za-z]:[\\/]\w", node.value)
        return [f"absolute path: {node.value}"] * bool(absolute)
    return []


def is_number(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int)


def seed_faults(source: str) -> list[str]:
    """Say which seeds in a code cell do not derive from ``SEED``."""
    faults = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            named = [k for k in node.keywords if k.arg in SEEDS and is_number(k.value)]
            faults += [f"literal seed: {k.arg}={ast.unparse(k.value)}" for k in named]
            last = dotted(node.func).rpartition(".")[2]
            if last in SEEDED and (not node.args or is_number(node.args[0])):
                faults.append(f"literal seed: {ast.unparse(node)}")
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            names = [a.arg for a in [*node.args.posonlyargs, *node.args.args]]
            defaults = node.args.defaults
            pairs = [
                *zip(names[len(names) - len(defaults) :], defaults),
                *zip([a.arg for a in node.args.kwonlyargs], node.args.kw_defaults),
            ]
            faults += [
                f"literal seed: {name}={ast.unparse(value)}"
                for name, value in pairs
                if name in SEEDS and is_number(value)
            ]
        if isinstance(node, ast.For | ast.comprehension):
            runs = node.iter
            plain = isinstance(runs, ast.Tuple | ast.List) or (
                isinstance(runs, ast.Call) and dotted(runs.func) == "range"
            )
            derived = any(
                isinstance(part, ast.Name) and part.id != "range"
                for part in ast.walk(runs)
            )
            if plain and not derived and dotted(node.target) in SEEDS:
                faults.append(f"literal seeds: {ast.unparse(runs)}")
    return faults


def output_faults(cell: NotebookNode) -> list[str]:
    """Say what is wrong with a code cell's stored outputs."""
    faults, tags = [], notebooks.tags(cell)
    if cell.source.strip() and cell.execution_count is None:
        faults.append("not executed")
    if "execution" in cell.metadata:
        faults.append("timestamps")
    pictures = 0
    for output in cell.outputs:
        if output.output_type == "error" and "raises-exception" not in tags:
            faults.append(f"error: {output.ename}")
        if output.get("name") == "stderr":
            faults.append("stderr")
        data = output.get("data", {})
        pictures += any(mime.startswith("image/") for mime in data)
        faults += [
            f"picture is {mime}, not SVG"
            for mime in data
            if mime.startswith("image/") and mime != "image/svg+xml"
        ]
        size = len("".join(data.get("image/svg+xml", "")).encode())
        if size > MAX_SVG:
            faults.append(f"picture of {size} bytes, more than {MAX_SVG}")
    if re.search(r"\w*Warning:", evidence.output_text(cell)):
        faults.append("printed warning")
    if pictures and not notebooks.captions(cell).get("alt", "").strip():
        faults.append("picture without mystnb.image.alt")
    return faults


def first_cell_faults(cell: NotebookNode) -> list[str]:
    """Say whether the first code cell imports and sets the seed."""
    nodes = list(ast.walk(ast.parse(cell.source)))
    imports = any(isinstance(node, ast.Import | ast.ImportFrom) for node in nodes)
    lines = cell.source.splitlines()
    return ["first code cell: no import"] * (not imports) + [
        f"first code cell: no line {line}"
        for line in ("SEED = 0", "companion.set_seed(SEED)")
        if lines.count(line) != 1
    ]


def metadata_faults(cell: NotebookNode) -> list[str]:
    """Say what is wrong with a code cell's tolerances."""
    faults = []
    for key in ("tolerance", "seed_tolerance"):
        bounds = cell.metadata.get(key)
        if bounds is None:
            continue
        good = isinstance(bounds, dict) and bounds and set(bounds) <= {"abs", "rel"}
        if not good or not all(
            isinstance(bound, int | float)
            and not isinstance(bound, bool)
            and 0 <= bound < float("inf")
            for bound in bounds.values()
        ):
            faults.append(f"{key} must be non-negative numbers under abs and rel")
    if "one-seed" in notebooks.tags(cell) and "seed_tolerance" in cell.metadata:
        faults.append("seed_tolerance in a cell that is not compared (one-seed)")
    return faults


def one_seed_faults(book: NotebookNode) -> list[str]:
    """Say whether too many cells hold for one value of SEED only."""
    cells = code_cells(book)
    tagged = [cell.id for cell in cells if "one-seed" in notebooks.tags(cell)]
    few = len(tagged) <= MAX_ONE_SEED * len(cells)
    return [] if few else [f"{len(tagged)} of {len(cells)} code cells are one-seed"]


def open_names(cell: NotebookNode) -> list[str]:
    """Return the names that a stub's check asks the reader to replace."""
    said = evidence.output_text(cell)
    return [
        name
        for names in re.findall(r"replace the \.\.\. in (.*), then", said)
        for name in names.split(", ")
    ]


def stub_faults(cell: NotebookNode) -> list[str]:
    """Say what is wrong with the cell in which a reader answers."""
    faults, nodes = [], list(ast.walk(ast.parse(cell.source)))
    if not any(isinstance(n, ast.Constant) and n.value is ... for n in nodes):
        faults.append("no ... to replace")
    calls = [dotted(n.func) for n in nodes if isinstance(n, ast.Call)]
    if not any(name.startswith("exercises.check_") for name in calls):
        faults.append("no call of exercises.check_...")
    if not evidence.output_text(cell).startswith("not answered yet: "):
        faults.append("its check does not say 'not answered yet'")
    named = set(re.findall(r"\w+", cell.source))
    for name in open_names(cell):
        if name not in named:
            faults.append(f"its check asks for {name}, which the cell does not name")
    if {"hide-cell", "solution"} & set(notebooks.tags(cell)):
        faults.append("hidden, though the reader writes here")
    return [f"stub {cell.id}: {fault}" for fault in faults]


def solution_faults(book: NotebookNode) -> list[str]:
    """Say which solutions lack a stub before them or can be seen at once."""
    faults, stub = [], False
    for cell in book.cells:
        tags = set(notebooks.tags(cell))
        if cell.cell_type == "markdown":
            levels = {heading.level for heading in prose.parse(cell.source).headings}
            stub = stub and not levels & {1, 2, 3}
        elif "exercise" in tags:
            stub = True
            faults += stub_faults(cell)
        elif {"solution", "hide-cell"} & tags:
            if not {"solution", "hide-cell"} <= tags:
                faults.append(f"solution {cell.id}: wants tags hide-cell and solution")
            hidden = cell.metadata.get("jupyter", {})
            if not (hidden.get("source_hidden") and hidden.get("outputs_hidden")):
                faults.append(f"solution {cell.id}: not collapsed in JupyterLab")
            if not stub:
                faults.append(f"solution {cell.id}: no stub cell before it")
    return faults


def ignored_faults(book: NotebookNode) -> list[str]:
    """Say which ignored outputs are too many or are followed by no assertion."""
    cells, faults = code_cells(book), []
    ignored = [i for i, c in enumerate(cells) if notebooks.verdict(c) == "ignored"]
    if len(ignored) > notebooks.MAX_IGNORED * len(cells):
        faults.append(f"{len(ignored)} of {len(cells)} code cells are ignored")
    for index in ignored:
        follower = cells[index + 1].source if index + 1 < len(cells) else ""
        if not any(
            isinstance(node, ast.Assert) for node in ast.walk(ast.parse(follower))
        ):
            faults.append(f"cell {cells[index].id}: ignored, no assertion follows")
    return faults


def opening_faults(book: NotebookNode, chapter: str, edition: str) -> list[str]:
    """Say which elements the text before the first H2 lacks."""
    if book.cells[0].cell_type != "markdown":
        return ["opening: the first cell is not Markdown"]
    text = ""
    for cell in book.cells:
        if cell.cell_type == "markdown":
            if any(h.level == 2 for h in prose.parse(cell.source).headings):
                break
            text += f"\n\n{cell.source}"
    page = prose.parse(text)
    faults = ["opening: exactly one H1"] * ([h.level for h in page.headings] != [1])
    plain = page.plain()
    for element, pattern in OPENING[edition].items():
        if chapter.startswith("00-") and element == "the article's section":
            continue  # the article has no primer
        if not re.search(pattern, plain, re.IGNORECASE):
            faults.append(f"opening: no {element} ({pattern})")
    stated = {number.key for number in evidence.numbers(plain)}
    if str(notebooks.budget(chapter)) not in stated:
        faults.append(f"opening: budget is {notebooks.budget(chapter)} seconds")
    if not stated & {str(notebooks.BUDGET_MB), f"{notebooks.BUDGET_MB / 1000:g}"}:
        faults.append(f"opening: memory is {notebooks.BUDGET_MB} MB")
    return faults


def structure_faults(book: NotebookNode, chapter: str, edition: str) -> list[str]:
    """Say what the chapter's headings, exercises and ending lack."""
    titles, faults, section, exercise = TITLES[edition], [], "", None
    sections, reading, solved, stubbed = [], [], {}, set()
    for cell in book.cells:
        if cell.cell_type == "code":
            hidden = "solution" in notebooks.tags(cell)
            if exercise and "exercise" in notebooks.tags(cell):
                stubbed.add(exercise)
                solved[exercise] = False  # whoever writes code is shown code
            if exercise and hidden and cell.execution_count is not None:
                solved[exercise] = True
            continue
        page = prose.parse(cell.source)
        for place, block in enumerate(page.blocks):
            if not block.level:
                continue
            title = re.sub(r"^\d+(?:\.\d+)*\.?\s+", "", block.plain().strip())
            if block.level == 2:
                section = title
                sections.append(title)
                if place:
                    faults.append(f"H2 inside a cell: {title}")
            found = re.fullmatch(rf"{titles['exercise']}\b.*", title)
            exercise = found[1] if found and block.level == 3 else None
            if exercise:
                solved[exercise] = titles["open"] in title.lower()
        if exercise not in {None, *stubbed} and "admonition" in page.directives:
            # With pencil and paper the answer is folded text.
            solved[exercise] = solved[exercise] or ":class: dropdown" in cell.source
        if section == titles["reading"]:
            reading += page.citations
    if titles["summary"] not in sections:
        faults.append(f"no '## {titles['summary']}'")
    if not sections or sections[-1] != titles["reading"]:
        faults.append(f"'## {titles['reading']}' is not the last section")
    elif not reading:
        faults.append("further reading without citations")
    wanted = EXERCISES.get(chapter, 3)
    if list(solved) != [str(n) for n in range(1, len(solved) + 1)]:
        faults.append(f"exercises are numbered {list(solved)}")
    if len(solved) < wanted:
        faults.append(f"{len(solved)} exercises, {wanted} wanted")
    faults += [
        f"exercise {name}: no executed cell tagged solution, nor a folded answer"
        for name, done in solved.items()
        if not done
    ]
    return faults


def prose_length(book: NotebookNode) -> int:
    """Count the Chinese characters of a chapter's prose."""
    texts = [
        prose.parse(c.source).plain() for c in book.cells if c.cell_type == "markdown"
    ]
    return len(re.findall(f"[{prose.CJK}]", "\n".join(texts)))


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("x = 1\n" * 21, "longer than"),
        (f"x = '{'a' * 88}'", "wide line"),
        ("%pip install x", "not plain Python"),
        ("!ls", "not plain Python"),
        ("import urllib.request", "network"),
        ("from requests import get", "network"),
        ("keras.datasets.mnist.load_data()", "network"),
        ("keras.utils.get_file('a')", "network"),
        ("warnings.filterwarnings('ignore')", "suppression"),
        ("with contextlib.suppress(ValueError):\n    f()", "suppression"),
        ("try:\n    f()\nexcept ValueError:\n    pass", "suppressed exception"),
        ("open('/tmp/a')", "absolute path"),
        ("open('~/a')", "absolute path"),
        (r"open('C:\\a')", "absolute path"),
        ("# NBVAL_IGNORE_OUTPUT\nf()", "use tags"),
    ],
)
def test_each_fault_of_source_is_found(source, fault):
    (found,) = source_faults(source)
    assert found.startswith(fault)


def test_plain_source_has_no_faults():
    source = "import companion\ncompanion.datasets.mnist()\nprint('a / b', '/', 1 / 2)"
    assert source_faults(source) == []


@pytest.mark.parametrize(
    "source",
    [
        "f(seed=0)",
        "tree(random_state=7)",
        "layer.build((3,), rng=0)",
        "np.random.default_rng(0)",
        "np.random.default_rng()",
        "keras.utils.set_random_seed(3)",
        "def f(x, seed=0):\n    return x",
        "def f(x, *, seed=0):\n    return x",
        "f = lambda x, seed=1: x",
        "for seed in range(3):\n    f(seed)",
        "[f(seed) for seed in (0, 1, 2)]",
    ],
)
def test_each_literal_seed_is_found(source):
    (found,) = seed_faults(source)
    assert found.startswith("literal seed")


@pytest.mark.parametrize(
    "source",
    [
        "f(seed=SEED)",
        "np.random.default_rng(3 * SEED + 1)",
        "for seed in range(3 * SEED, 3 * SEED + 3):\n    f(seed)",
        "for seed in stored:\n    f(seed)",
        "for i in range(3):\n    g(i)",
        "def f(x, seed):\n    return x",
        "f(width=0)",
    ],
)
def test_seeds_that_derive_from_the_first_cell_are_no_faults(source):
    assert seed_faults(source) == []


def picture(size, mime="image/svg+xml", **mystnb):
    cell = code("p", "draw()", mystnb=mystnb)
    data = {mime: "x" * size}
    cell.outputs = [NotebookNode(output_type="display_data", metadata={}, data=data)]
    return cell


def with_output(**output):
    cell = code("o", "f()")
    cell.outputs = [NotebookNode(output)]
    return cell


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        (picture(10), "picture without"),
        (picture(10, image={"alt": " "}), "picture without"),
        (picture(MAX_SVG + 1, image={"alt": "a"}), "picture of"),
        (picture(9, "image/png", image={"alt": "a"}), "picture is image/png"),
        (with_output(output_type="stream", name="stderr", text="x"), "stderr"),
        (with_output(output_type="error", ename="KeyError", evalue=""), "error"),
        (code("w", "f()", "a.py:3: UserWarning: no\n"), "printed warning"),
        (code("t", "f()", execution={"iopub.status.busy": "now"}), "timestamps"),
        (NotebookNode(code("n", "f()"), execution_count=None), "not executed"),
    ],
)
def test_each_fault_of_outputs_is_found(cell, fault):
    (found,) = output_faults(cell)
    assert found.startswith(fault)


def test_declared_exception_and_described_picture_are_no_faults():
    cell = with_output(output_type="error", ename="KeyError", evalue="")
    cell.metadata["tags"] = ["raises-exception"]
    assert output_faults(cell) == []
    assert output_faults(picture(10, image={"alt": "a"})) == []


@pytest.mark.parametrize(
    ("source", "faults"),
    [
        ("import companion\n\nSEED = 0\ncompanion.set_seed(SEED)", 0),
        ("import companion\n\nSEED = 5\ncompanion.set_seed(SEED)", 1),
        ("import companion\n\nSEED = 0\ncompanion.set_seed(0)", 1),
        ("import companion\n\nSEED = 0\nSEED = 0\ncompanion.set_seed(SEED)", 1),
        ("SEED = 0\ncompanion.set_seed(SEED)", 1),
        ("x = 1", 3),
    ],
)
def test_first_cell(source, faults):
    assert len(first_cell_faults(code("a", source))) == faults


def test_ignored_cells_need_an_assertion_and_are_few():
    ignored = code("i", "f()", tags=["nbval-ignore-output"])
    checked = code("c", "assert f() > 0")
    rest = [code(f"r{n}", "1") for n in range(8)]
    assert ignored_faults(notebook(ignored, checked, *rest)) == []
    assert len(ignored_faults(notebook(ignored, *rest, checked))) == 1
    assert len(ignored_faults(notebook(checked, *rest, ignored))) == 1
    assert len(ignored_faults(notebook(ignored, checked, *rest[:7]))) == 1


@pytest.mark.parametrize(
    ("metadata", "faults"),
    [
        ({"seed_tolerance": {"abs": 0.1, "rel": 0}}, 0),
        ({"tolerance": {"abs": 1}, "seed_tolerance": {"abs": 2}}, 0),
        ({"tags": ["one-seed"], "tolerance": {"abs": 1}}, 0),
        ({"tags": ["one-seed"], "seed_tolerance": {"abs": 1}}, 1),
        ({"seed_tolerance": {}}, 1),
        ({"seed_tolerance": 0.1}, 1),
        ({"seed_tolerance": {"absolute": 0.1}}, 1),
        ({"seed_tolerance": {"abs": -0.1}}, 1),
        ({"seed_tolerance": {"abs": float("nan")}}, 1),
        ({"seed_tolerance": {"abs": float("inf")}}, 1),
        ({"seed_tolerance": {"abs": True}}, 1),
        ({"tolerance": {"rel": "0.1"}}, 1),
    ],
)
def test_form_of_tolerances(metadata, faults):
    assert len(metadata_faults(code("t", "f()", **metadata))) == faults


def test_at_most_15_percent_of_cells_hold_for_one_seed_only():
    tagged = [code(f"s{n}", "f()", tags=["one-seed"]) for n in range(3)]
    rest = [code(f"r{n}", "1") for n in range(17)]
    assert one_seed_faults(notebook(*tagged, *rest)) == []
    assert len(one_seed_faults(notebook(*tagged, *rest[1:]))) == 1


OPEN = "not answered yet: replace the ... in {}, then run this cell again"
STUB = "def f(x):\n    ...\n\n\nexercises.check_f(f)"
COLLAPSED = {"source_hidden": True, "outputs_hidden": True}


def exercise(**changes):
    """Return the cells of an exercise, some of their parts replaced."""
    stub = code(
        "s", changes.get("stub", STUB), changes.get("says", "not answered yet: f")
    )
    stub.metadata.tags = changes.get("stub_tags", ["exercise"])
    solution = code("a", "f = abs", tags=changes.get("tags", ["hide-cell", "solution"]))
    solution.metadata.jupyter = changes.get("jupyter", COLLAPSED)
    heading = markdown("e", "### 练习 1")
    return {"e": heading, "s": stub, "n": markdown("n", "提示。"), "a": solution}


@pytest.mark.parametrize(
    ("order", "changes", "fault"),
    [
        ("esna", {}, ""),
        ("esa", {"stub": "w = ...\nexercises.check_w(w)"}, ""),
        ("ea", {}, "solution a: no stub"),
        ("sea", {}, "solution a: no stub"),
        ("eas", {}, "solution a: no stub"),
        ("esa", {"tags": ["hide-cell"]}, "solution a: wants tags"),
        ("esa", {"tags": ["solution"]}, "solution a: wants tags"),
        ("esa", {"jupyter": {"source_hidden": True}}, "solution a: not collapsed"),
        ("esa", {"stub": "exercises.check_f(abs)"}, "stub s: no ..."),
        ("esa", {"stub": "def f(x):\n    ..."}, "stub s: no call"),
        ("esa", {"says": "✓ right"}, "stub s: its check"),
        ("esa", {"says": OPEN.format("f")}, ""),
        (
            "esa",
            {"says": OPEN.format("f, answer")},
            "stub s: its check asks for answer",
        ),
        ("esa", {"stub_tags": ["exercise", "hide-cell"]}, "stub s: hidden"),
    ],
)
def test_each_solution_is_folded_and_has_a_stub_before_it(order, changes, fault):
    cells = exercise(**changes)
    found = solution_faults(notebook(*(cells[name] for name in order)))
    assert [text[: len(fault)] for text in found] == [fault] * bool(fault)


def chapter_sample():
    cells = [
        markdown(
            "opening",
            "# 题\n\n**问题**：为何？**你将**学会。对应原文 §5。"
            "**预算**：90 秒，3 GB。**需要**：无。",
        ),
        markdown("summary", "## 小结\n\n完。"),
        markdown("exercises", "## 练习"),
    ]
    for n in (1, 2, 3):
        cells.append(markdown(f"exercise-{n}", f"### 练习 {n}\n\n做。"))
        cells.append(code(f"solution-{n}", "1", tags=["hide-cell", "solution"]))
    cells.append(markdown("reading", "## 延伸阅读\n\n见 {cite}`a`。"))
    return notebook(*cells)


def sample_faults(book):
    return opening_faults(book, "01-x", "zh") + structure_faults(book, "01-x", "zh")


def test_sample_chapter_has_no_faults():
    assert sample_faults(chapter_sample()) == []


@pytest.mark.parametrize(
    ("cell", "old", "new", "fault"),
    [
        ("opening", "问题", "题目", "opening: no question"),
        ("opening", "你将**学会", "请**看", "opening: no what the reader"),
        ("opening", "§5", "某处", "opening: no the article's section"),
        ("opening", "预算", "时间", "opening: no budget"),
        ("opening", "需要", "有", "opening: no what it needs"),
        ("opening", "90", "180", "opening: budget is 90"),
        ("opening", "3 GB", "4 GB", "opening: memory"),
        ("opening", "# 题", "题", "opening: exactly one H1"),
        ("summary", "小结", "总结", "no '## 小结'"),
        ("summary", "## 小结", "前文\n\n## 小结", "H2 inside a cell"),
        ("exercise-3", "### 练习 3", "### 作业 3", "2 exercises"),
        ("exercise-3", "练习 3", "练习 4", "exercises are numbered"),
        ("reading", "延伸阅读", "参考", "'## 延伸阅读' is not the last"),
        ("reading", "{cite}`a`", "书", "further reading without"),
    ],
)
def test_each_fault_of_structure_is_found(cell, old, new, fault):
    book = chapter_sample()
    (target,) = (c for c in book.cells if c.id == cell)
    assert old in target.source
    target.source = target.source.replace(old, new)
    assert any(found.startswith(fault) for found in sample_faults(book))


@pytest.mark.parametrize("change", [{"execution_count": None}, {"metadata": {}}])
def test_exercise_without_hidden_executed_solution_is_found(change):
    book = chapter_sample()
    (solution,) = (c for c in book.cells if c.id == "solution-2")
    solution.update(change)
    assert structure_faults(book, "01-x", "zh") == [
        "exercise 2: no executed cell tagged solution, nor a folded answer"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "### 练习 3：纸和笔\n\n```{admonition} 解答\n:class: dropdown\n\n证。\n```",
        "### 练习 3 ★★★：开放项目\n\n试。",
    ],
)
def test_exercise_on_paper_and_open_project_need_no_cell(text):
    book = chapter_sample()
    book.cells = [cell for cell in book.cells if cell.id != "solution-3"]
    (target,) = (cell for cell in book.cells if cell.id == "exercise-3")
    target.source = text
    assert structure_faults(book, "01-x", "zh") == []


def test_folded_text_is_no_solution_of_a_coding_exercise():
    book = chapter_sample()
    stub = code("stub-2", STUB, "not answered yet: f", tags=["exercise"])
    seen = markdown(
        "seen-2", "```{admonition} 结果怎么看\n:class: dropdown\n\n看。\n```"
    )
    place = [cell.id for cell in book.cells].index("solution-2")
    book.cells[place : place + 1] = [stub, seen]
    assert structure_faults(book, "01-x", "zh") == [
        "exercise 2: no executed cell tagged solution, nor a folded answer"
    ]


def test_prose_length_counts_chinese_prose_only():
    book = notebook(markdown("a", "## 卷积 CNN\n\n`代码` 池化，\n\n```\n列表\n```"))
    assert prose_length(book) == 4


def test_chapter_opens_as_agreed(chapter, edition, notebook):
    assert opening_faults(notebook, chapter, edition) == []


def test_chapter_is_built_as_agreed(chapter, edition, notebook):
    assert structure_faults(notebook, chapter, edition) == []


def test_length_of_prose(zh):
    assert prose_length(zh) in PROSE_LENGTH


def test_number_of_code_cells(zh):
    assert len(code_cells(zh)) in CODE_CELLS


def test_code_follows_the_rules(zh):
    found = {cell.id: source_faults(cell.source) for cell in code_cells(zh)}
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_first_code_cell_imports_and_seeds(zh):
    assert first_cell_faults(code_cells(zh)[0]) == []


def test_all_that_is_random_derives_from_the_first_cells_seed(zh):
    found = {cell.id: seed_faults(cell.source) for cell in code_cells(zh)}
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_few_cells_hold_for_one_seed_only(zh):
    assert one_seed_faults(zh) == []


def test_tolerances_have_their_form(zh):
    found = {cell.id: metadata_faults(cell) for cell in code_cells(zh)}
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_solutions_are_folded_and_have_stubs(notebook):
    assert solution_faults(notebook) == []


def test_outputs_follow_the_rules(notebook):
    found = {cell.id: output_faults(cell) for cell in code_cells(notebook)}
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_ignored_outputs_are_few_and_asserted(zh):
    assert ignored_faults(zh) == []
