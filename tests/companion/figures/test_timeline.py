import numpy as np
import pytest

from companion import figures

LANES = {
    "networks": {1943: "neuron", 1989: "CNN", 1990: "RNN", 2021: "last"},
    "statistics": {1992: "SVM", 1958: "logistic"},
}


def drawn(lanes, **options):
    """Return the axis and, for each text, where it stands."""
    (ax,) = figures.timeline(lanes, **options).axes
    return ax, {text.get_text(): text.get_position() for text in ax.texts}


def test_each_event_is_marked_at_its_year_and_named_once():
    ax, places = drawn(LANES)
    marks = [line.get_xydata()[0] for line in ax.lines if line.get_marker() == "o"]
    wanted = [(column, y) for column, lane in enumerate(LANES.values()) for y in lane]
    assert sorted(map(tuple, marks)) == sorted(wanted)
    for lane in LANES.values():
        for year, name in lane.items():
            assert places[name][1] == places[str(year)][1]
    assert {"networks", "statistics"} <= set(places)


def test_time_goes_down():
    ax, places = drawn(LANES)
    assert ax.yaxis_inverted()
    assert places["neuron"][1] < places["CNN"][1] < places["RNN"][1]
    assert places["logistic"][1] < places["SVM"][1]


@pytest.mark.parametrize("years", [(1989, 1990, 1991), (2019, 2020, 2021)])
def test_labels_of_close_years_do_not_overlap_or_leave_the_frame(years):
    lane = {1943: "first"} | {year: f"event {year}" for year in years} | {2021: "end"}
    fig = figures.timeline({"networks": lane})
    fig.canvas.draw()
    (ax,) = fig.axes
    boxes = [text.get_window_extent() for text in ax.texts]
    for i, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[i + 1 :])
        assert ax.get_window_extent().y0 <= box.y0
        assert box.y1 <= fig.bbox.y1


def test_labels_of_distant_years_stand_beside_their_points():
    _, places = drawn({"a": {1900: "x", 1950: "y", 2000: "z"}})
    assert [places[name][1] for name in "xyz"] == [1900, 1950, 2000]


@pytest.mark.parametrize("lanes", [{}, {"a": {}}, {"a": {1990: "x"}, "b": {}}])
def test_strands_without_events_are_refused(lanes):
    with pytest.raises(ValueError, match="at least one event each"):
        figures.timeline(lanes)


def test_years_must_be_finite_numbers():
    with pytest.raises(ValueError, match="a year"):
        figures.timeline({"a": {np.nan: "x"}})
    with pytest.raises(TypeError, match="a year"):
        figures.timeline({"a": {"1990": "x"}})
    with pytest.raises(ValueError, match="height"):
        figures.timeline(LANES, height=0)
    with pytest.raises(ValueError, match="at most 7 runs"):
        figures.timeline({str(n): {1990: "x"} for n in range(8)})
