"""companion/figures/filmstrips.py: what the pictures show."""

import numpy as np
import pytest

from companion import figures


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_filmstrip_shows_the_frames_and_marks():
    frames = np.arange(4 * 6 * 8, dtype=float).reshape(4, 6, 8)
    marks = [[], [(1, 2, 3, 4)], [], [(0, 0, 1, 1), (2, 2, 1, 1)]]
    fig = figures.filmstrip(frames, list("abcd"), marks)
    assert len(fig.axes) == 6
    for k, ax in enumerate(fig.axes[:4]):
        assert ax.get_title() == "abcd"[k]
        assert np.array_equal(ax.images[0].get_array(), frames[k])
        assert ax.images[0].get_clim() == (0, 255)
        assert ax.images[0].get_cmap().name == "gray"
        assert len(ax.patches) == len(marks[k])
    assert fig.axes[1].patches[0].get_bbox().bounds == (0.5, 1.5, 3, 4)
    assert not fig.axes[5].images
    assert not figures.filmstrip(frames).axes[0].get_title()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.zeros((4, 6)),), r"shape \(N, H, W\)"),
        ((np.zeros((2, 3, 4)), ["a"]), "1 titles for 2 frames"),
        ((np.zeros((2, 3, 4)), [], [[]]), "1 marks for 2 frames"),
        ((np.full((1, 2, 2), np.nan),), "finite"),
    ],
)
def test_filmstrip_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        figures.filmstrip(*arguments)


def test_score_lines_draw_each_score_and_its_threshold():
    lines = {"a": np.arange(5.0), "b": np.ones(5)}
    fig = figures.score_lines(lines, [2.5, 0.5], {"event": (1, 3)})
    for ax, limit, (name, line) in zip(fig.axes, (2.5, 0.5), lines.items()):
        assert ax.get_title(loc="left") == name
        assert np.array_equal(ax.lines[0].get_ydata(), line)
        assert ax.lines[1].get_ydata()[0] == limit
        assert ax.patches[0].get_bbox().x0 == 0.5
    assert [texts(ax) for ax in fig.axes] == [["event"], []]
    assert len(figures.score_lines({"a": [1.0, 2.0]}).axes[0].lines) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (({},), "at least one score"),
        (({"a": [1.0], "b": [1.0, 2.0]},), "same length"),
        (({"a": [1.0]}, [1, 2]), "2 thresholds for 1 scores"),
        (({"a": [np.inf]},), "finite"),
    ],
)
def test_score_lines_refuse(arguments, message):
    with pytest.raises(ValueError, match=message):
        figures.score_lines(*arguments)


def test_autoencoder_shows_a_frame_and_a_smoother_copy():
    image = np.random.default_rng(0).random((12, 16))
    ax = figures.autoencoder(192, 8, image).axes[0]
    frame, copy = (shown.get_array() for shown in ax.images)
    assert np.array_equal(frame, image)
    assert copy.shape == image.shape
    assert copy.std() < 0.5 * frame.std()
    assert {"192 numbers", "8 numbers", "encoder", "decoder"} <= set(texts(ax))


def test_autoencoder_refuses():
    with pytest.raises(ValueError, match=r"shape \(H, W\)"):
        figures.autoencoder(image=np.zeros((2, 2, 2)))
    with pytest.raises(ValueError, match="code must be at least 1"):
        figures.autoencoder(code=0)
