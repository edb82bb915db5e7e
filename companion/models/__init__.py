"""Models of the book, one module per family; all but the pretrained one are Keras's."""

from companion.models.autoencoders import (
    convolutional_autoencoder,
    next_frame_network,
)
from companion.models.classic import alexnet, lenet5, vgg16
from companion.models.cnn import article_cnn, small_cnn
from companion.models.detection import (
    detection_loss,
    detection_targets,
    detections,
    detector,
)
from companion.models.driving import lane_locator, lane_regressor
from companion.models.faces import cut_windows, face_network, scan
from companion.models.inspect import LayerCost, feature_maps, layer_costs
from companion.models.lesions import patch_cnn
from companion.models.pretrained import SentenceEncoder, sentence_encoder, wordpieces
from companion.models.recognition import (
    inception_network,
    plain_network,
    residual_network,
)
from companion.models.recurrent import lstm_classifier
from companion.models.segmentation import u_net
from companion.models.signals import LayerSignal, layer_signals
from companion.models.windows import window_network

__all__ = [
    "LayerCost",
    "LayerSignal",
    "SentenceEncoder",
    "alexnet",
    "article_cnn",
    "convolutional_autoencoder",
    "cut_windows",
    "detection_loss",
    "detection_targets",
    "detections",
    "detector",
    "face_network",
    "feature_maps",
    "inception_network",
    "lane_locator",
    "lane_regressor",
    "layer_costs",
    "layer_signals",
    "lenet5",
    "lstm_classifier",
    "next_frame_network",
    "patch_cnn",
    "plain_network",
    "residual_network",
    "scan",
    "sentence_encoder",
    "small_cnn",
    "u_net",
    "vgg16",
    "window_network",
    "wordpieces",
]
