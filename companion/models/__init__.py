"""Models of the book, one module per family; all but the pretrained one are Keras's."""

from companion.models.classic import alexnet, lenet5, vgg16
from companion.models.cnn import article_cnn, small_cnn
from companion.models.detection import (
    detection_loss,
    detection_targets,
    detections,
    detector,
)
from companion.models.inspect import LayerCost, feature_maps, layer_costs
from companion.models.pretrained import SentenceEncoder, sentence_encoder, wordpieces
from companion.models.recurrent import lstm_classifier
from companion.models.windows import window_network

__all__ = [
    "LayerCost",
    "SentenceEncoder",
    "alexnet",
    "article_cnn",
    "detection_loss",
    "detection_targets",
    "detections",
    "detector",
    "feature_maps",
    "layer_costs",
    "lenet5",
    "lstm_classifier",
    "sentence_encoder",
    "small_cnn",
    "vgg16",
    "window_network",
    "wordpieces",
]
