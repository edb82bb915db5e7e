"""companion/figures/splits.py: which patches are drawn as tested."""

from matplotlib.colors import same_color, to_hex

from companion import figures

BLUE, ORANGE = figures.COLORS[:2]


def patches(column):
    """Rows (from the top) of the patches drawn in one column, by whether tested."""
    ax = figures.patch_splits().axes[0]
    drawn = {True: set(), False: set()}
    slices = [p for p in ax.patches if same_color(p.get_edgecolor(), "#888888")]
    for k, box in enumerate(slices[6 * column : 6 * column + 6]):
        x, y = box.get_xy()
        for patch in ax.patches:
            at = patch.get_xy()
            if patch is box or not (
                x < at[0] < x + box.get_width() and y < at[1] < y + box.get_height()
            ):
                continue
            drawn[to_hex(patch.get_edgecolor()).upper() == ORANGE].add(k)
    return drawn


def test_random_windows_share_slices():
    drawn = patches(0)
    assert drawn[True] == drawn[False] == set(range(6))


def test_slices_are_tested_whole():
    assert patches(1) == {True: {1, 4}, False: {0, 2, 3, 5}}
    assert patches(2) == {True: {4, 5}, False: {0, 1, 2, 3}}
    assert patches(3) == {True: {4, 5}, False: {0, 1, 2, 3}}


def test_legend_and_patients_are_named():
    texts = [t.get_text() for t in figures.patch_splits().axes[0].texts]
    assert {"train", "test", "patient 1", "patient 2"} <= set(texts)
