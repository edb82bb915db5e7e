"""Keras models of the book, one module per family."""

from companion.models.cnn import article_cnn, small_cnn
from companion.models.inspect import LayerCost, feature_maps, layer_costs

__all__ = ["LayerCost", "article_cnn", "feature_maps", "layer_costs", "small_cnn"]
