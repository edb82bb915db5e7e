"""Neural networks in NumPy alone: the mathematics, forward beside backward.

Each layer is a class whose ``_forward`` and ``_backward`` stand next to each other.
Inputs are (N, ...) arrays, images (N, H, W, C) as in Keras. Nothing loops over
examples or pixels; the only loops are over layers, positions inside a kernel, and time.
"""

from companion.scratch.activations import ReLU, Sigmoid, Tanh, sigmoid
from companion.scratch.convolution import Conv2D
from companion.scratch.dense import Dense, Flatten
from companion.scratch.gradients import numerical_gradient
from companion.scratch.initializers import glorot_uniform, orthogonal
from companion.scratch.layer import Layer
from companion.scratch.losses import SoftmaxCrossEntropy, softmax
from companion.scratch.network import History, Sequential
from companion.scratch.normalization import BatchNormalization, Dropout
from companion.scratch.optimizers import SGD, Adam, Optimizer, one_cycle
from companion.scratch.perceptron import Perceptron
from companion.scratch.pooling import AveragePooling2D, MaxPooling2D
from companion.scratch.recurrent import LSTM, SimpleRNN
from companion.scratch.windows import Windows

__all__ = [
    "LSTM",
    "SGD",
    "Adam",
    "AveragePooling2D",
    "BatchNormalization",
    "Conv2D",
    "Dense",
    "Dropout",
    "Flatten",
    "History",
    "Layer",
    "MaxPooling2D",
    "Optimizer",
    "Perceptron",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "SimpleRNN",
    "SoftmaxCrossEntropy",
    "Tanh",
    "Windows",
    "glorot_uniform",
    "numerical_gradient",
    "one_cycle",
    "orthogonal",
    "sigmoid",
    "softmax",
]
