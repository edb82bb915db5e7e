"""companion/datasets/text.py: labeled sentences that stay in their package."""

import dataclasses
import subprocess
import sys

import numpy as np
import pytest

from companion import datasets
from companion.datasets import text


@pytest.fixture(params=["en", "zh"])
def data(request):
    return datasets.hsk_topics(request.param)


def test_shapes_and_types(data):
    for x, y in ((data.x_train, data.y_train), (data.x_test, data.y_test)):
        assert x.shape == y.shape
        assert x.dtype.kind == "U"
        assert y.dtype == np.int64
    assert data.names == data.card.classes
    assert data.card is datasets.card("hsk_topics")


def test_counts_are_those_of_the_card(data):
    told = {split.name: list(split.class_counts) for split in data.card.splits}
    assert np.bincount(data.y_train).tolist() == told["train"]
    assert np.bincount(data.y_test).tolist() == told["test"]


def test_no_sentence_occurs_twice(data):
    sentences = [*data.x_train, *data.x_test]
    assert len(set(sentences)) == len(sentences)
    assert "placeholder" not in sentences


def test_languages_go_together():
    en, zh = datasets.hsk_topics(), datasets.hsk_topics("zh")
    assert np.array_equal(en.y_train, zh.y_train)
    place = en.x_test.tolist().index("The sea is blue.")
    assert zh.x_test[place] == "大海是蓝色的。"
    assert all(max(sentence) >= "一" for sentence in zh.x_test)


def test_the_arrays_are_the_callers_own():
    first = datasets.hsk_topics()
    first.x_train[:] = ""
    first.y_test[:] = 7
    again = datasets.hsk_topics()
    assert again.x_train.all()
    assert again.y_test.max() == 5


def test_unknown_language():
    with pytest.raises(ValueError, match="one of 'en', 'zh', got 'de'"):
        datasets.hsk_topics("de")


def test_an_altered_file_is_refused(monkeypatch):
    told = datasets.card("hsk_topics")
    wrong = dataclasses.replace(
        told, file=dataclasses.replace(told.file, sha256="0" * 64)
    )
    monkeypatch.setattr(text, "card", lambda name: wrong)
    text._rows.cache_clear()
    with pytest.raises(ValueError, match=r"hsk-sentences-audio==1\.0\.0 is truncated"):
        datasets.hsk_topics()


def test_repr_tells_the_sizes(data):
    assert f"hsk_topics, {data.language}: 777 train, 360 test" in repr(data)


def test_loading_does_not_import_the_package():
    code = (
        "import sys; from companion import datasets; datasets.hsk_topics(); "
        "print('hsk_sentences_audio' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.stdout.strip() == "False", run.stderr
