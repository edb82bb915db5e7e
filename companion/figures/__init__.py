"""The book's figures: one style, plain data in, a Matplotlib figure out.

Every function returns a :class:`matplotlib.figure.Figure`; as the last line of a
notebook cell it is shown once. One module per kind of figure; the names of all of them
are found here.
"""

from companion.figures.architectures import recognition_blocks
from companion.figures.boxes import boxed_images, cell_and_box, overlap_of_boxes
from companion.figures.classification import confusion_matrix, reliability
from companion.figures.convolution import (
    convolution_steps,
    graph_values,
    receptive_fields,
    two_passes,
)
from companion.figures.curves import cost_accuracy, learning_rates, training_curves
from companion.figures.decisions import decision_panels
from companion.figures.diagrams import (
    attention,
    frozen_features,
    gates,
    layers,
    learning_loop,
    neuron,
    unrolled_rnn,
)
from companion.figures.faces import integral_image, windows_on_photograph
from companion.figures.filmstrips import autoencoder, filmstrip, score_lines
from companion.figures.grids import connections, max_pooling, sliding_kernel
from companion.figures.images import (
    feature_maps,
    filters,
    image_grid,
    reading_orders,
)
from companion.figures.lanes import hough_votes, lane_panels
from companion.figures.masks import mask_overlap, mask_overlays, u_shape
from companion.figures.networks import network
from companion.figures.splits import patch_splits
from companion.figures.style import COLORS, ON_LIGHT, plain_ticks, subplots
from companion.figures.timeline import timeline
from companion.figures.workflow import cross_validation, workflow

__all__ = [
    "COLORS",
    "ON_LIGHT",
    "attention",
    "autoencoder",
    "boxed_images",
    "cell_and_box",
    "confusion_matrix",
    "connections",
    "convolution_steps",
    "cost_accuracy",
    "cross_validation",
    "decision_panels",
    "feature_maps",
    "filmstrip",
    "filters",
    "frozen_features",
    "gates",
    "graph_values",
    "hough_votes",
    "image_grid",
    "integral_image",
    "lane_panels",
    "layers",
    "learning_loop",
    "learning_rates",
    "mask_overlap",
    "mask_overlays",
    "max_pooling",
    "network",
    "neuron",
    "overlap_of_boxes",
    "patch_splits",
    "plain_ticks",
    "reading_orders",
    "receptive_fields",
    "recognition_blocks",
    "reliability",
    "score_lines",
    "sliding_kernel",
    "subplots",
    "timeline",
    "training_curves",
    "two_passes",
    "u_shape",
    "unrolled_rnn",
    "windows_on_photograph",
    "workflow",
]
