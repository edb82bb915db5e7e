"""tools/robust.py: planted ties, narrow tolerances and lucky seeds are reported."""

import json
import math

import nbformat
import notebooks
import pytest
import robust
from cells import code, notebook

SETUP = "import os\nimport random\n\nSEED = 0\nrng = random.Random(SEED)"
# Two scores that are equal but for rounding, which another kernel rounds otherwise.
TIE = """\
rounding = 1e-9 if os.environ["TF_ENABLE_ONEDNN_OPTS"] == "0" else -1e-9
scores = {"SVM": 0.9725, "RNN": 0.9725 + rounding}
print(" > ".join(sorted(scores, key=lambda name: -scores[name])))"""
NARROW = 'print(f"accuracy {0.9 + 0.05 * rng.random():.4f}")'
LUCKY = """\
won = SEED == 0
print("A beats B" if won else "B beats A")"""
THREADS = """\
if os.environ.get("OMP_NUM_THREADS") == "1":
    raise RuntimeError("needs two threads")"""
CHOSEN = ["as is", "oneDNN off", "one thread", "SEED = 1", "SEED = 2"]


@pytest.fixture(scope="module", autouse=True)
def threads_are_free():
    """These tests may themselves run on one thread; the chapters choose anew."""
    with pytest.MonkeyPatch.context() as patch:
        for name in robust.running.threads(1):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """A chapter with faults, run under some variants: exit status, status, report."""
    root = tmp_path_factory.mktemp("planted")
    (root / "zh").mkdir()
    cells = [
        code("setup", SETUP),
        code("sound", 'print("2 + 2 =", 2 + 2)', "2 + 2 = 4\n"),
        code("tie", TIE, "SVM > RNN\n"),
        code("narrow", NARROW, "accuracy 0.9422\n", tolerance={"abs": 1e-4}),
        code("lucky", LUCKY, "A beats B\n"),
        code(
            "wide",
            'print("x", 10 + SEED / 1000)',
            "x 10.0\n",
            seed_tolerance={"abs": 5},
        ),
        code("one", "print(SEED)", "0\n", tags=["one-seed"]),
        code("ignored", "print(SEED)", "7\n", tags=["nbval-ignore-output"]),
        *(code(f"filler-{i}", "print(1)", "1\n") for i in range(3)),
        code("threads", THREADS),
        code("after", "print(3)", "3\n"),
    ]
    notebooks.write(notebook(*cells), root / "zh" / "01-x.ipynb")
    return root


@pytest.fixture(scope="module")
def outcome(planted, tmp_path_factory):
    kept = tmp_path_factory.mktemp("kept")
    chosen = [v for v in robust.variants() if v.name in CHOSEN]
    found = robust.run("01-x", chosen, jobs=1, book=planted, kept=kept)
    stored = notebooks.read(planted / "zh" / "01-x.ipynb")
    return chosen, found, robust.report(stored, chosen, found), kept


def failed(found, variant):
    return [name for name, verdict in found[variant].items() if not verdict.held]


def test_a_planted_tie_is_reported(outcome):
    _, found, lines, _ = outcome
    assert failed(found, "oneDNN off") == ["tie"]
    place = lines.index("tie under oneDNN off:")
    assert lines[place + 1] == ("    stdout: stored 'SVM > RNN', computed 'RNN > SVM'")


def test_a_planted_narrow_tolerance_and_a_lucky_seed_are_reported(outcome):
    _, found, lines, _ = outcome
    for variant in ("SEED = 1", "SEED = 2"):
        assert failed(found, variant) == ["narrow", "lucky"]
    place = lines.index("narrow under SEED = 1:")
    assert "more than 0.0001 (abs=0.0001, rel=0)" in lines[place + 1]
    place = lines.index("lucky under SEED = 2:")
    assert lines[place + 1] == ("    stdout: stored 'A beats B', computed 'B beats A'")


def test_a_tolerance_that_nothing_needs_is_reported(outcome):
    _, _, lines, _ = outcome
    assert any(line.startswith("wide: no more than 0%") for line in lines)


def test_a_cell_that_raises_and_nothing_else_is_reported(outcome):
    _, found, lines, _ = outcome
    assert failed(found, "one thread") == ["threads"]
    assert "    raised RuntimeError: needs two threads" in lines


def test_all_is_well_as_it_is(outcome):
    _, found, _, _ = outcome
    assert failed(found, "as is") == []


def test_one_seed_and_ignored_cells_are_compared_where_they_should_be(outcome):
    _, found, _, _ = outcome
    assert found["as is"]["one"].compared
    assert not found["SEED = 1"]["one"].compared
    assert not found["as is"]["ignored"].compared


def test_summary_tells_what_the_status_page_shows(outcome):
    chosen, found, _, _ = outcome
    kept = robust.summary(chosen, found)
    assert kept["variants"]["SEED = 1"] == {
        "part": "b",
        "cells": 11,
        "held": 9,
        "failed": ["narrow", "lucky"],
    }
    assert kept["variants"]["as is"]["cells"] == 12
    assert kept["cpu"]
    json.dumps(kept, allow_nan=False)


def test_kept_runs_are_judged_again_only_for_the_same_code(
    outcome, planted, monkeypatch
):
    chosen, _, _, kept = outcome
    path = planted / "zh" / "01-x.ipynb"
    before = path.read_bytes()
    chapter = notebooks.read(path)
    next(c for c in chapter.cells if c.id == "narrow").metadata["seed_tolerance"] = {
        "abs": 0.06
    }
    notebooks.write(chapter, path)
    monkeypatch.setattr(robust.running, "execute", None)  # not called for kept runs
    seeds = [variant for variant in chosen if variant.part == "b"]
    found = robust.run("01-x", seeds, jobs=1, reuse=True, book=planted, kept=kept)
    assert failed(found, "SEED = 1") == ["lucky"]
    next(c for c in chapter.cells if c.id == "after").source = "print(4)"
    notebooks.write(chapter, path)
    with pytest.raises(TypeError):
        robust.run("01-x", seeds, jobs=1, reuse=True, book=planted, kept=kept)
    path.write_bytes(before)


def test_a_chapter_without_a_seed_is_refused(tmp_path):
    for source in ("import os", "SEED = 0\nSEED = 0", "x = 1  # SEED = 0"):
        with pytest.raises(ValueError, match="must have one line 'SEED = 0', got"):
            robust.with_seed(notebook(code("setup", source)), 3)


def test_seed_is_replaced_in_a_copy():
    chapter = notebook(code("setup", SETUP), code("later", "SEED = 0"))
    changed = robust.with_seed(chapter, 3)
    assert "SEED = 3" in changed.cells[0].source
    assert changed.cells[1].source == "SEED = 0"
    assert "SEED = 0" in chapter.cells[0].source


@pytest.mark.parametrize(
    ("flags", "names"),
    [
        (set(), ["as is", "oneDNN off", "one thread"]),
        (
            {"avx2"},
            ["as is", "SSE4.1", "older matrix kernels", "oneDNN off", "one thread"],
        ),
        (
            {"avx2", "avx512f"},
            [
                "as is",
                "AVX2",
                "SSE4.1",
                "older matrix kernels",
                "oneDNN off",
                "one thread",
            ],
        ),
    ],
)
def test_machines_tried_follow_the_processor(flags, names):
    found = robust.variants(frozenset(flags))
    assert [v.name for v in found if v.part == "a"] == names
    assert [v.seed for v in found if v.part == "b"] == [1, 2, 3, 4, 5]


def test_too_many_one_seed_cells_are_a_complaint():
    tagged = [code(f"t{i}", "1", tags=["one-seed"]) for i in range(3)]
    others = [code(f"c{i}", "1") for i in range(17)]
    assert robust.too_many_one_seed(notebook(*tagged, *others)) == ""
    said = robust.too_many_one_seed(notebook(*tagged, *others[1:]))
    assert "3 of 19 code cells are tagged one-seed, more than 15%: t0 t1 t2" in said


def test_command_line_names_what_it_does_not_know(planted, capsys):
    with pytest.raises(SystemExit):
        robust.main(["01-x", "--only", "AVX-1024"], book=planted)
    assert "got ['AVX-1024']" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        robust.main(["--jobs", "0"], book=planted)
    assert robust.main(["07-none"], book=planted) == 1
    assert "07-none" in capsys.readouterr().err


def test_whole_round_is_kept_for_the_status_page(planted, tmp_path, monkeypatch):
    chosen = [v for v in robust.variants() if v.name in ("as is", "SEED = 1")]
    monkeypatch.setattr(robust, "variants", lambda: chosen)
    assert robust.main(["01-x", "--jobs", "1"], book=planted, kept=tmp_path) == 1
    kept = json.loads((planted / "status.json").read_text(encoding="utf-8"))
    entry = kept["chapters"]["01-x"]["robust"]
    assert entry["variants"]["SEED = 1"]["failed"] == ["narrow", "lucky"]
    chapter = notebooks.read(planted / "zh" / "01-x.ipynb")
    assert entry["code"] == notebooks.code_digest(chapter)


def test_a_cell_that_was_not_reached_has_not_held():
    stored = notebook(code("setup", SETUP))
    fresh = nbformat.from_dict(stored)
    fresh.cells[0].execution_count = None
    verdict = robust.judge(stored, fresh, robust.Variant("as is"))["setup"]
    assert not verdict.held
    assert verdict.used == math.inf


def test_kernels_side_by_side_share_the_cores(monkeypatch, planted, tmp_path):
    seen = []

    def execute(notebook, folder, *, environment, keep_going):
        seen.append(environment)
        return notebook

    monkeypatch.setattr(robust.running, "execute", execute)
    monkeypatch.setattr(robust.running, "machine", lambda: {"cores": 4})
    chosen = [v for v in robust.variants() if v.name in ("as is", "one thread")]
    for jobs in (1, 2):
        robust.run("01-x", chosen, jobs=jobs, book=planted, kept=tmp_path)
    threads = [environment.get("OMP_NUM_THREADS") for environment in seen]
    assert sorted(map(str, threads[:2])) == ["1", "None"]
    assert sorted(threads[2:]) == ["1", "2"]

    monkeypatch.setattr(robust.running, "machine", lambda: {"cores": 2})
    before = len(seen)
    found = robust.run("01-x", chosen, jobs=2, book=planted, kept=tmp_path)
    assert len(seen) == before + 1  # both would run on one thread
    assert found["as is"] == found["one thread"]
