"""The status page's figures are complete, current and within the budgets."""

import json
import re

import notebooks
import pytest
import running


def status_faults(status, expected):
    """Say what is wrong with a status, given each chapter's counted cells."""
    faults = []
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(status.get("generated"))):
        faults.append("generated is no date")
    if set(status.get("machine", {})) != {"cpu", "cores", "memory_gb", "system"}:
        faults.append("machine is not cpu, cores, memory_gb, system")
    if set(status.get("versions", {})) != {"python", *running.PACKAGES}:
        faults.append("versions are not those of running.PACKAGES")
    entries = status.get("chapters", {})
    if sorted(entries) != sorted(expected):
        return [
            *faults,
            f"chapters are {sorted(expected)}, status has {sorted(entries)}",
        ]
    for name, entry in entries.items():
        limit = notebooks.budget(name)
        counts = {key: entry.get(key) for key in expected[name]}
        if counts != expected[name]:
            faults.append(f"{name}: cells are {expected[name]}, status has {counts}")
        if entry["budget_seconds"] != limit:
            faults.append(f"{name}: budget is {limit} seconds")
        spent = entry["reference_seconds"]
        if not 0 < spent <= notebooks.SLACK * limit:
            faults.append(f"{name}: {spent} reference seconds, far over {limit}")
        if not entry["seconds"] > 0:
            faults.append(f"{name}: took no time")
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(entry.get("date"))):
            faults.append(f"{name}: date is no date")
        if not 0 < entry["peak_mb"] <= notebooks.BUDGET_MB:
            faults.append(f"{name}: {entry['peak_mb']} MB, over {notebooks.BUDGET_MB}")
        if entry["ignored"] > notebooks.MAX_IGNORED * entry["code_cells"]:
            faults.append(f"{name}: {entry['ignored']} cells ignored")
    return faults


COUNTS = {
    "code_cells": 10,
    "compared": 8,
    "tolerated": 1,
    "ignored": 1,
    "one_seed": 1,
}


def sample(**changes):
    cost = {
        "seconds": 270.2,
        "reference_seconds": 134.9,
        "peak_mb": 2500,
        "budget_seconds": 90,
        "date": "2026-11-23",
    }
    return {
        "generated": "2026-11-23",
        "machine": dict.fromkeys(["cpu", "cores", "memory_gb", "system"], "x"),
        "versions": dict.fromkeys(["python", *running.PACKAGES], "1.0"),
        "chapters": {"01-x": {**cost, **COUNTS, **changes}},
    }


def test_good_status():
    assert status_faults(sample(), {"01-x": COUNTS}) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"reference_seconds": 135.1}, "far over 90"),
        ({"reference_seconds": 0}, "far over 90"),
        ({"seconds": 0}, "took no time"),
        ({"date": "today"}, "date is no date"),
        ({"peak_mb": 3001}, "over 3000"),
        ({"budget_seconds": 180}, "budget is 90"),
        ({"compared": 7, "ignored": 2}, "cells are"),
    ],
)
def test_each_fault_of_a_chapter_is_found(change, fault):
    assert fault in "\n".join(status_faults(sample(**change), {"01-x": COUNTS}))


def test_too_many_ignored_cells_are_found():
    counts = {**COUNTS, "compared": 7, "ignored": 2}
    (fault,) = status_faults(sample(**counts), {"01-x": counts})
    assert fault == "01-x: 2 cells ignored"


@pytest.mark.parametrize("key", ["generated", "machine", "versions", "chapters"])
def test_missing_part_is_found(key):
    status = sample()
    del status[key]
    assert len(status_faults(status, {"01-x": COUNTS})) == 1


def test_status_is_current():
    chapters = notebooks.chapters()
    assert chapters, "expected chapters in book/zh, found none"
    status = json.loads((notebooks.BOOK / "status.json").read_text(encoding="utf-8"))
    expected = {
        name: notebooks.counts(notebooks.read(notebooks.chapter_path(name, "zh")))
        for name in chapters
    }
    assert status_faults(status, expected) == []
