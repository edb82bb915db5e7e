"""tools/comparing.py: what counts as a difference, and how much tolerance it takes."""

import math

import comparing
import nbformat
import pytest


def stream(text, name="stdout"):
    return nbformat.v4.new_output("stream", text=text, name=name)


def shown(**forms):
    data = {form.replace("_", "/", 1): text for form, text in forms.items()}
    return nbformat.v4.new_output("display_data", data=data)


def figure(*texts):
    inside = "".join(f"<g><text>{text}</text></g>" for text in texts)
    svg = f'<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>'
    return nbformat.v4.new_output("display_data", data={"image/svg+xml": svg})


@pytest.mark.parametrize(
    ("fresh", "stored", "tolerance", "used"),
    [
        ("x 1.0", "x 1.0", None, 0),
        ("x 1.5", "x 1.0", {"abs": 1}, 0.5),
        ("x 11", "x 10", {"rel": 0.1}, 1),
        ("x 12", "x 10", {"rel": 0.1}, 2),
        ("x 2", "x 1", {"abs": 0}, math.inf),
        ("y 1", "x 1", {"abs": 5}, math.inf),
        ("x 1", "x 2", None, math.inf),
        ("a 1 b 3", "a 1 b 2", {"abs": 2}, 0.5),
        ("x nan", "x 1", {"abs": 2}, math.inf),
    ],
)
def test_share_of_the_tolerance(fresh, stored, tolerance, used):
    result = comparing.compare([stream(fresh)], [stream(stored)], tolerance)
    assert result.used == used
    assert result.equal == (used <= 1)


def test_first_differing_line_is_shown():
    fresh, stored = stream("same\nRNN > SVM\n"), stream("same\nSVM > RNN\n")
    assert comparing.compare([fresh], [stored]).complaints == (
        "stdout: stored 'SVM > RNN', computed 'RNN > SVM'",
    )


def test_lines_that_are_missing_are_named():
    result = comparing.compare([stream("a\n")], [stream("a\nb\n")])
    assert "stored 'b', computed no such line" in result.complaints[0]


def test_split_streams_are_one():
    assert comparing.compare([stream("a"), stream("b")], [stream("ab")]).equal


def test_missing_and_additional_outputs_are_complaints():
    warning = stream("warning", name="stderr")
    assert comparing.compare([], [stream("a")]).complaints == (
        "stdout: stored, but this run has none",
    )
    assert comparing.compare([stream("a"), warning], [stream("a")]).complaints == (
        "stderr: not stored, but this run has 'warning'",
    )


def test_pictures_are_not_compared_but_results_are():
    old = shown(image_png="AAAA", text_plain="<Figure size 1x1>")
    new = shown(image_png="BBBB", text_plain="<Figure size 1x1>")
    assert comparing.compare([new], [old]).equal
    new = shown(image_png="AAAA", text_plain="<Figure size 2x1>")
    assert not comparing.compare([new], [old]).equal


def test_addresses_in_memory_do_not_count():
    old, new = (shown(text_plain=f"<f at 0x{digits}>") for digits in ("7f0a", "7fff"))
    assert comparing.compare([new], [old]).equal


def test_words_of_a_figure_are_compared_and_tick_labels_are_not():
    old, new = figure("loss", "0.5", "10"), figure("loss", "0.6")
    assert comparing.compare([new], [old]).equal
    result = comparing.compare([figure("accuracy", "0.5")], [old])
    assert result.complaints == (
        "words of figure 1: stored 'loss', computed 'accuracy'",
    )


def test_numbers_in_a_figure_s_words_have_the_tolerance_too():
    old, new = figure("3 hidden, 1.6% left"), figure("3 hidden, 2.0% left")
    assert comparing.compare([new], [old], {"abs": 0.5}).equal
    assert not comparing.compare([new], [old], {"abs": 0.3}).equal


def test_errors_are_compared_by_name_and_words():
    old, new = (
        nbformat.v4.new_output(
            "error", ename="NameError", evalue=f"name {name!r}", traceback=[]
        )
        for name in ("x", "y")
    )
    assert comparing.compare([old], [old]).equal
    assert not comparing.compare([new], [old]).equal


@pytest.mark.parametrize(
    "tolerance",
    [
        {},
        {"absolute": 1},
        {"abs": -1},
        {"abs": math.nan},
        {"rel": math.inf},
        {"abs": "1"},
        {"abs": True},
        0.5,
    ],
)
def test_ill_formed_tolerances_are_refused(tolerance):
    with pytest.raises(ValueError, match=r"seed_tolerance of cell x must be .*got"):
        comparing.check_tolerance(tolerance, "x", "seed_tolerance")
