from collections import Counter

from companion import figures


def test_blocks_have_the_layers_that_the_text_tells_of():
    (ax,) = figures.recognition_blocks().axes
    found = Counter(text.get_text() for text in ax.texts if text.get_text())
    assert found == {
        "plain": 1,
        "residual": 1,
        "Inception module": 1,
        "input h": 3,
        "output": 2,
        "channels side by side": 1,
        "3×3": 5,
        "1×1": 4,
        "5×5": 1,
        "3×3 max": 1,
        "+": 1,
        "skip": 1,
    }


def test_only_the_residual_block_has_a_skip_path():
    (ax,) = figures.recognition_blocks().axes
    (skip,) = [line for line in ax.lines if len(line.get_xdata()) == 3]
    (plus,) = [text for text in ax.texts if text.get_text() == "+"]
    assert skip.get_ydata()[-1] == plus.get_position()[1]
