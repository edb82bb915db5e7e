import numpy as np
import pytest

from companion import figures

SQUARE = [[1, 2, 5, 6]]


def test_boxes_texts_and_titles_are_drawn():
    gray, color = np.zeros((8, 9, 1)), np.zeros((8, 9, 3), np.uint8)
    fig = figures.boxed_images([gray, color], [SQUARE, SQUARE], [["7"], []], ["a", "b"])
    left, right = fig.axes
    assert [len(ax.patches) for ax in fig.axes] == [2, 1]  # a gray one has a frame
    assert left.patches[1].get_bbox().extents.tolist() == SQUARE[0]
    assert left.texts[0].get_text() == "7"
    assert [ax.get_title() for ax in fig.axes] == ["a", "b"]
    assert right.images[0].get_array().shape == (8, 9, 3)


def test_numbers_must_agree():
    with pytest.raises(ValueError, match="got 2 boxes for 1 images"):
        figures.boxed_images([np.zeros((4, 4))], [[], []])
    with pytest.raises(ValueError, match="got 0 boxes for 0 images"):
        figures.boxed_images([], [])
    with pytest.raises(ValueError, match="must be finite"):
        figures.boxed_images([np.zeros((4, 4))], [[[0, 0, np.nan, 1]]])


def test_overlap_shows_its_areas():
    fig = figures.overlap_of_boxes((0, 0, 4, 3), (2, 1, 6, 4))
    assert [text.get_text() for text in fig.axes[0].texts] == ["12", "12", "4"]
    with pytest.raises(ValueError, match="must overlap"):
        figures.overlap_of_boxes((0, 0, 1, 1), (2, 2, 3, 3))


def test_cells_in_charge_are_shaded():
    fig = figures.cell_and_box(np.zeros((48, 48, 1)), (8, 8, 40, 40))
    shaded = [patch for patch in fig.axes[0].patches if patch.get_width() == 8]
    assert len(shaded) == 4
    with pytest.raises(ValueError, match="no cell is in charge"):
        figures.cell_and_box(np.zeros((16, 16)), (50, 50, 60, 60))
