"""tools/: notebooks, editions and refresh."""

import copy
import json
import os
import platform
import subprocess
import sys
import threading
import time

import atomic
import editions
import nbformat
import notebooks
import pytest
import reference
import refresh
import running
import status
from cells import code, markdown, notebook


@pytest.fixture(autouse=True)
def fast_reference(monkeypatch):
    """Measuring the machine takes long and is tested by itself."""
    monkeypatch.setattr(reference, "speed", lambda: 0.5)


@pytest.fixture
def book(tmp_path):
    """A book whose one chapter has a text, a picture and a plain code cell."""
    for edition in ("zh", "en"):
        (tmp_path / edition).mkdir()
    alt = {"image": {"alt": "一条线"}, "figure": {"caption": "线", "name": "fig-a"}}
    zh = notebook(
        markdown("title", "# 题"),
        code("draw", "print(3)", "3\n", mystnb=alt, tags=["x"]),
        code("plain", "print(1)", "1\n"),
    )
    en = copy.deepcopy(zh)
    en.cells[0].source = "# Title"
    captions = {"image": {"alt": "A line"}, "figure": {"caption": "line"}}
    en.cells[1].metadata["mystnb"] = nbformat.from_dict(captions)
    notebooks.write(zh, tmp_path / "zh" / "01-x.ipynb")
    notebooks.write(en, tmp_path / "en" / "01-x.ipynb")
    assert editions.main(["sync"], tmp_path) == 0
    return tmp_path


def load(book, edition):
    return notebooks.read(notebooks.chapter_path("01-x", edition, book))


def edit(book, edition, change):
    changed = load(book, edition)
    change(changed.cells)
    notebooks.write(changed, notebooks.chapter_path("01-x", edition, book))


def test_sync_copies_what_is_shared_and_keeps_what_is_translated(book):
    zh, en = load(book, "zh"), load(book, "en")
    assert [cell.source for cell in en.cells] == ["# Title", "print(3)", "print(1)"]
    assert en.cells[1].outputs == zh.cells[1].outputs
    assert en.cells[1].metadata["mystnb"] == {
        "image": {"alt": "A line"},
        "figure": {"caption": "line", "name": "fig-a"},
    }
    stamped = ["translation" in cell.metadata for cell in en.cells]
    assert stamped == [True, True, False]
    assert en.cells[0].metadata["translation"] == {
        "source": notebooks.digest("# 题"),
        "text": notebooks.digest("# Title"),
    }
    assert not any("translation" in cell.metadata for cell in zh.cells)


def test_synced_book_passes_the_check_and_stays_as_it_is(book):
    before = {path: path.read_bytes() for path in book.rglob("*.ipynb")}
    assert editions.main(["check"], book) == 0
    assert editions.main(["sync", "01-x"], book) == 0
    assert {path: path.read_bytes() for path in before} == before


def test_code_outputs_and_tags_follow_the_chinese_edition(book):
    def change(cells):
        cells[2].update(code("plain", "print(2)", "2\n", tags=["y"]))
        cells.append(code("new", "3"))
        cells.reverse()

    edit(book, "zh", change)
    assert editions.main(["check"], book) == 1
    assert editions.main(["sync"], book) == 0
    en = load(book, "en").cells
    assert [cell.id for cell in en] == ["new", "plain", "draw", "title"]
    assert en[1] == load(book, "zh").cells[1]


@pytest.mark.parametrize("place", [0, 1])
def test_changed_chinese_makes_the_translation_stale(book, place, capsys):
    def change(cells):
        cells[0].source += "目"
        cells[1].metadata["mystnb"]["image"]["alt"] += "段"

    edit(book, "zh", change)
    stamp = load(book, "en").cells[place].metadata["translation"]
    capsys.readouterr()
    assert editions.main(["sync"], book) == 1
    assert "title draw" in capsys.readouterr().out
    assert load(book, "en").cells[place].metadata["translation"] == stamp
    assert editions.main(["check"], book) == 1


def test_accept_restamps_what_it_names(book):
    edit(book, "zh", lambda cells: cells[0].update(source="# 题目"))
    assert editions.main(["sync", "01-x", "--accept", "title"], book) == 0
    assert editions.main(["check"], book) == 0


def test_accept_of_an_unknown_cell_is_an_error(book, capsys):
    assert editions.main(["sync", "01-x", "--accept", "plain", "no"], book) == 1
    assert "got ['no', 'plain']" in capsys.readouterr().out


def test_new_translation_is_restamped(book):
    edit(book, "zh", lambda cells: cells[0].update(source="# 题目"))
    edit(book, "en", lambda cells: cells[0].update(source="# New title"))
    assert editions.main(["check"], book) == 1
    assert editions.main(["sync"], book) == 0
    assert editions.main(["check"], book) == 0


def test_missing_twin_is_an_error_until_scaffolded_and_translated(book, capsys):
    edit(book, "zh", lambda cells: cells.insert(1, markdown("extra", "新")))
    before = notebooks.chapter_path("01-x", "en", book).read_bytes()
    assert editions.main(["sync"], book) == 1
    assert "extra" in capsys.readouterr().out
    assert notebooks.chapter_path("01-x", "en", book).read_bytes() == before
    assert editions.main(["sync", "--scaffold"], book) == 1
    assert load(book, "en").cells[1].source == ""
    assert editions.main(["check"], book) == 1
    edit(book, "en", lambda cells: cells[1].update(source="New"))
    assert editions.main(["sync"], book) == 0


def test_scaffold_makes_a_whole_chapter(book):
    notebooks.chapter_path("01-x", "en", book).unlink()
    assert editions.main(["sync"], book) == 1
    assert editions.main(["sync", "--scaffold"], book) == 1
    en = load(book, "en").cells
    assert [cell.source for cell in en] == ["", "print(3)", "print(1)"]
    assert notebooks.captions(en[1]) == {"alt": "", "caption": ""}


def test_surplus_english_text_is_an_error(book, capsys):
    edit(book, "en", lambda cells: cells.append(markdown("lost", "Lost")))
    assert editions.main(["sync"], book) == 1
    assert "lost" in capsys.readouterr().out
    assert load(book, "en").cells[-1].id == "lost"


def test_english_chapter_without_chinese_one_is_an_error(book):
    path = notebooks.chapter_path("01-x", "en", book)
    path.with_name("02-y.ipynb").write_bytes(path.read_bytes())
    assert editions.main(["check"], book) == 1


def test_check_sees_what_is_not_canonical(book):
    path = notebooks.chapter_path("01-x", "zh", book)
    path.write_bytes(path.read_bytes() + b"\n")
    assert editions.main(["check"], book) == 1
    assert editions.main(["sync"], book) == 0
    assert editions.main(["check"], book) == 0


@pytest.mark.parametrize("tool", [editions.main, refresh.main])
def test_a_book_without_chapters_is_an_error(tool, tmp_path, capsys):
    arguments = ["check"] if tool is editions.main else []
    with pytest.raises(SystemExit) as stop:
        tool(arguments, tmp_path)
    assert stop.value.code == 2
    assert "found none" in capsys.readouterr().err


def test_canonical_drops_noise_and_keeps_meaning():
    noisy = notebook(
        markdown("a", "text\n\n"),
        code(
            "b",
            "f()",
            "\r 10 %\r     \rdone\n",
            execution={"iopub.status.busy": "now"},
            collapsed=True,
            tags=["x"],
            tolerance={"abs": 1},
        ),
        code("c", "g()", "\r 10 %\r     \r", tags=[]),
    )
    noisy.metadata = {
        "widgets": {},
        "language_info": {"name": "python", "version": "3.11.7"},
        "kernelspec": {"name": "other", "display_name": "Other", "language": "python"},
    }
    before = copy.deepcopy(noisy)
    text = notebooks.canonical(nbformat.from_dict(noisy))
    assert noisy == before
    kept = json.loads(text)
    assert text.endswith("}\n")
    assert "3.11" not in text
    assert kept["metadata"]["kernelspec"]["name"] == "python3"
    assert "widgets" not in kept["metadata"]
    assert kept["cells"][0]["source"] == ["text"]
    assert kept["cells"][1]["metadata"] == {"tags": ["x"], "tolerance": {"abs": 1}}
    assert kept["cells"][1]["outputs"][0]["text"] == ["done\n"]
    assert kept["cells"][2]["outputs"] == []
    assert kept["cells"][2]["metadata"] == {}


def test_canonical_form_is_a_fixed_point(tmp_path):
    path = tmp_path / "题.ipynb"
    assert notebooks.write(notebook(markdown("a", "卷积"), code("b", "1", "1\n")), path)
    assert "卷积" in path.read_text(encoding="utf-8")
    assert not notebooks.write(notebooks.read(path), path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"nbformat_minor": 4}, r"must be of notebook format 4.5, got \(4, 4\)"),
        ({"cells": [markdown("a", "")] * 2}, r"unique cell ids, got \['a'\]"),
        (
            {"cells": [{**code("a", "1"), "execution_count": "1"}]},
            "must be a valid notebook",
        ),
    ],
)
def test_unfit_notebook_is_an_error(tmp_path, change, message):
    path = tmp_path / "x.ipynb"
    path.write_text(json.dumps({**notebook(), **change}), encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        notebooks.read(path)


def test_missing_notebook_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="expected a notebook at x"):
        notebooks.read(tmp_path / "x.ipynb")


def test_counts():
    book = notebook(
        markdown("a", "x"),
        code("b", "1"),
        code("c", "1", tolerance={"abs": 1}),
        code("d", "1", tags=["nbval-ignore-output"]),
        code("e", "1", tags=["nbval-skip", "one-seed"]),
    )
    assert notebooks.counts(book) == {
        "code_cells": 4,
        "compared": 1,
        "tolerated": 1,
        "ignored": 2,
        "one_seed": 1,
    }


def test_refresh_executes_stores_measures_and_syncs(book, capfd, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "Agg")

    def change(cells):
        cells[1].source = (
            "import os\n"
            "os.write(2, b'from C')\n"
            "os.environ.get('MPLBACKEND', '')[:6], os.getcwd()[-2:]"
        )
        # Touched, and held for several looks of the meter.
        held = "import time\na = b'1' * 60_000_000\ntime.sleep(0.5)\nprint(len(a))"
        cells[2].source = held

    edit(book, "zh", change)
    assert refresh.main(["01-x"], book) == 0
    cells = load(book, "zh").cells
    assert [cell.get("execution_count") for cell in cells] == [None, 1, 2]
    assert [output.output_type for output in cells[1].outputs] == ["execute_result"]
    assert cells[1].outputs[0]["data"]["text/plain"] == "('module', 'zh')"
    assert cells[2].outputs[0].text == "60000000\n"
    assert load(book, "en").cells[2] == cells[2]
    found = json.loads((book / "status.json").read_text(encoding="utf-8"))
    entry = found["chapters"]["01-x"]
    assert 0 < entry["seconds"] < 60
    assert entry["reference_seconds"] == pytest.approx(entry["seconds"] / 2, abs=0.1)
    assert entry["date"] == found["generated"]
    assert entry["cpu"] == found["machine"]["cpu"]
    assert 60 < entry["peak_mb"] < 1000
    assert entry["code_cells"] == entry["compared"] == 2
    assert entry["budget_seconds"] == 90
    assert found["versions"].keys() == {"python", *running.PACKAGES}
    assert found["machine"]["cores"] >= 1
    printed = capfd.readouterr()
    assert "[ 2/2]" in printed.out
    assert "plain" in printed.out
    assert "from C" not in printed.err


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("import warnings\nwarnings.warn('old')", "UserWarning: old"),
        ("1 / 0", "ZeroDivisionError"),
    ],
)
def test_refresh_stops_at_warnings_and_errors(book, capsys, source, message):
    edit(book, "zh", lambda cells: cells[2].update(source=source))
    before = notebooks.chapter_path("01-x", "zh", book).read_bytes()
    assert refresh.main([], book) == 1
    assert message in capsys.readouterr().err
    assert notebooks.chapter_path("01-x", "zh", book).read_bytes() == before
    assert not (book / "status.json").exists()


def test_status_keeps_other_chapters_and_values_and_drops_lost_ones(book):
    path = notebooks.chapter_path("01-x", "zh", book)
    path.with_name("02-y.ipynb").write_bytes(path.read_bytes())
    status.update("01-x", book=book, seconds=1.0)
    status.update("02-y", book=book, seconds=2.0)
    status.update("02-y", book=book, robust={"date": "2026-11-25"})
    path.unlink()
    path.with_name("03-z.ipynb").write_bytes(path.with_name("02-y.ipynb").read_bytes())
    status.update("03-z", book=book, seconds=3.0)
    found = status.read(book)["chapters"]
    assert list(found) == ["02-y", "03-z"]
    assert found["02-y"]["seconds"] == 2.0
    assert found["02-y"]["robust"] == {"date": "2026-11-25"}


def test_machine_is_described_and_not_named():
    described = running.machine()
    assert described["system"].startswith(platform.system())
    assert platform.node() not in described["system"]


@pytest.mark.parametrize("text", ['{"chapters": {"01', "[]", '{"x": 1}', "\ufeff{}"])
def test_a_damaged_status_is_told_before_anything_runs(book, capsys, text, monkeypatch):
    (book / "status.json").write_text(text, encoding="utf-8")
    monkeypatch.setattr(running, "execute", None)
    assert refresh.main(["01-x"], book) == 1
    said = capsys.readouterr().err
    assert "expected status.json to be what `make refresh` wrote" in said
    assert f"git checkout {book.name}/status.json" in said
    assert (book / "status.json").read_text(encoding="utf-8") == text


@pytest.mark.parametrize("damage", [lambda b: b[:900], lambda b: b"\xef\xbb\xbf" + b])
def test_a_damaged_notebook_is_named_with_the_way_back(book, capsys, damage):
    path = notebooks.chapter_path("01-x", "zh", book)
    path.write_bytes(damage(path.read_bytes()))
    assert refresh.main(["01-x"], book) == 1
    said = capsys.readouterr().err
    assert "expected 01-x.ipynb to be a notebook, but it can't be read" in said
    assert "git checkout zh/01-x.ipynb" in said


def saved_meanwhile(book, change):
    """Change the chapter as an author would while its second cell sleeps."""
    edit(book, "zh", lambda cells: cells[2].update(source="import time;time.sleep(4)"))
    author = threading.Timer(2, lambda: edit(book, "zh", change))
    author.start()
    status = refresh.main(["01-x"], book)
    author.join()
    return status


def test_refresh_keeps_prose_that_is_saved_while_it_runs(book):
    def change(cells):
        cells[0].source = "# 新题"
        cells.insert(1, markdown("extra", "新的一段"))

    assert saved_meanwhile(book, change) == 1  # the English twin is missing a text
    cells = load(book, "zh").cells
    assert [cell.id for cell in cells] == ["title", "extra", "draw", "plain"]
    assert cells[0].source == "# 新题"
    assert cells[2].outputs[0].text == "3\n"


def test_refresh_writes_nothing_when_code_is_saved_while_it_runs(book, capsys):
    def change(cells):
        cells[1].source = "print(4)"

    assert saved_meanwhile(book, change) == 1
    said = capsys.readouterr().err
    assert "the code of 01-x.ipynb changed while it ran (draw)" in said
    assert load(book, "zh").cells[1].source == "print(4)"
    assert load(book, "zh").cells[1].outputs[0].text == "3\n"
    assert not (book / "status.json").exists()


def test_a_failed_write_leaves_the_old_file_whole(book):
    path = notebooks.chapter_path("01-x", "zh", book)
    before = path.read_bytes()
    program = f"""
import resource, signal, sys
sys.path.insert(0, {os.path.dirname(notebooks.__file__)!r})
import pathlib, nbformat, notebooks
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
path = pathlib.Path({str(path)!r})
chapter = notebooks.read(path)
chapter.cells.append(nbformat.v4.new_markdown_cell("x" * 50_000, id="long"))
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
notebooks.write(chapter, path)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "OSError" in done.stderr
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["01-x.ipynb"]


def test_writing_keeps_mode_and_links(tmp_path):
    target, link = tmp_path / "a.sh", tmp_path / "link.sh"
    target.write_text("old")
    target.chmod(0o750)
    link.symlink_to(target)
    atomic.write(link, b"new")
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert target.stat().st_mode & 0o777 == 0o750
    atomic.write(tmp_path / "fresh", "1\n")
    assert (tmp_path / "fresh").read_bytes() == b"1\n"


def test_writing_is_never_seen_half_done(tmp_path):
    path = tmp_path / "x"
    atomic.write(path, "a" * 100_000)
    seen, done = set(), threading.Event()

    def look():
        while not done.is_set():
            seen.add(path.read_text())

    reader = threading.Thread(target=look)
    reader.start()
    for letter in "bcdefgh":
        atomic.write(path, letter * 100_000)
        time.sleep(0.01)
    done.set()
    reader.join()
    assert {len(text) for text in seen} == {100_000}


def test_reference_seconds_need_speeds():
    with pytest.raises(ValueError, match="got"):
        reference.seconds(1.0)
    with pytest.raises(ValueError, match="got"):
        reference.seconds(1.0, 0.5, 0.0)


def test_environment_of_a_run_comes_on_top(tmp_path):
    chapter = notebook(
        code("a", "import os\nprint(os.environ['TF_ENABLE_ONEDNN_OPTS'])"),
        code("b", "1 / 0"),
        code("c", "print(2)"),
    )
    fresh = running.execute(
        chapter,
        tmp_path,
        environment={"TF_ENABLE_ONEDNN_OPTS": "0"},
        keep_going=True,
    )
    assert fresh.cells[0].outputs[0].text == "0\n"
    assert fresh.cells[1].outputs[0].ename == "ZeroDivisionError"
    assert fresh.cells[2].outputs[0].text == "2\n"
    assert not chapter.cells[2].outputs
