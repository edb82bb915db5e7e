"""What the search puts first, asked through the search page's own functions."""

import json
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.site

ROOT = Path(__file__).resolve().parents[2]
BACK = "01-background"
CONCEPTS = "02-concepts"
FLOW = "03-workflow"
MATHS = "04-mathematics"
CNN = "05-cnn"
VISION = "06-1a-vision"
SEEING = "06-1b-vision-in-use"
#: A reader's words, and the pages of which one must be among the first three.
QUERIES = {
    "zh": [
        ("学习率", [CNN]),
        ("卷积", [MATHS, CNN]),
        ("卷积核", [MATHS, CNN]),
        ("池化", [MATHS, CNN]),
        ("汇聚层", [MATHS, CNN]),
        ("最大汇聚", [MATHS, CNN]),
        ("随机失活", [CNN]),
        ("丢弃法", [CNN]),
        ("暂退法", [CNN]),
        ("dropout", [CNN]),
        ("批归一化", [CNN]),
        ("批量归一化", [CNN]),
        ("批标准化", [CNN]),
        ("过拟合", [BACK, CONCEPTS, FLOW, CNN]),
        ("过度拟合", [BACK, CONCEPTS, FLOW, CNN]),
        ("混淆矩阵", [CNN]),
        ("confusion matrix", [CNN]),
        ("校准", [CNN]),
        ("calibration", [CNN]),
        ("对数几率回归", [BACK, FLOW, CONCEPTS]),
        ("逻辑回归", [BACK, FLOW, CONCEPTS]),
        ("感知机", [BACK]),
        ("感知器", [BACK]),
        ("支持向量机", [BACK]),
        ("支撑向量机", [BACK]),
        ("异或", [BACK]),
        ("循环神经网络", [BACK]),
        ("权重共享", [CONCEPTS]),
        ("参数共享", [CONCEPTS]),
        ("迁移学习", [CONCEPTS]),
        ("归纳偏置", [BACK, CONCEPTS]),
        ("等变性", [CONCEPTS, MATHS]),
        ("交叉验证", [FLOW]),
        ("数据泄露", [FLOW]),
        ("独热编码", [FLOW]),
        ("早停", [FLOW]),
        ("梯度提升树", [FLOW]),
        ("分布漂移", [FLOW]),
        ("数据漂移", [FLOW]),
        ("决策树", [FLOW]),
        ("反向传播", [MATHS]),
        ("误差反向传播", [MATHS]),
        ("backprop", [MATHS]),
        ("链式法则", [MATHS]),
        ("交叉熵", [MATHS, FLOW]),
        ("感受野", [MATHS]),
        ("梯度检验", [MATHS]),
        ("softmax", [MATHS]),
        ("数据增强", [CNN]),
        ("数据增广", [CNN]),
        ("标签平滑", [CNN]),
        ("导出模型", [CNN, FLOW]),
        ("置信区间", [BACK, FLOW, CNN, CONCEPTS]),
        ("卷积神经网络的参数量", [MATHS, CNN, CONCEPTS]),
        ("计算机视觉", [VISION, SEEING]),
        ("目标检测", [VISION, SEEING]),
        ("物体检测", [VISION, SEEING]),
        ("object detection", [VISION, SEEING]),
        ("边界框", [VISION, SEEING]),
        ("交并比", [VISION]),
        ("IoU", [VISION]),
        ("非极大值抑制", [VISION, SEEING]),
        ("平均精度", [VISION, SEEING]),
        ("图像分割", [VISION]),
        ("语义分割", [VISION]),
        ("segmentation", [VISION]),
        ("残差", [VISION]),
        ("残差连接", [VISION]),
        ("跳跃连接", [VISION]),
        ("Inception", [VISION]),
        ("人脸检测", [SEEING]),
        ("难例挖掘", [SEEING]),
        ("车道线", [SEEING]),
        ("霍夫变换", [SEEING]),
        ("激光雷达", [SEEING]),
        ("异常检测", [SEEING]),
        ("异常行为检测", [SEEING]),
        ("自编码器", [SEEING]),
        ("病变检测", [SEEING]),
        ("术语表", ["c-glossary"]),
        ("参考文献", ["references"]),
        ("运行状况", ["e-status"]),
        ("article_cnn", [CNN, "d-companion"]),
    ],
    "en": [
        ("learning rate", [FLOW, CNN]),
        ("step size", [CNN, FLOW]),
        ("convolution", [MATHS, CNN]),
        ("kernel", [MATHS, CNN]),
        ("pooling", [MATHS, CNN]),
        ("dropout", [CNN]),
        ("batchnorm", [CNN]),
        ("batch norm", [CNN]),
        ("overfitting", [BACK, CONCEPTS, FLOW, CNN]),
        ("confusion matrix", [CNN]),
        ("calibration", [CNN]),
        ("ECE", [CNN]),
        ("logistic regression", [BACK, FLOW, CONCEPTS]),
        ("perceptron", [BACK]),
        ("SVM", [BACK]),
        ("XOR", [BACK]),
        ("RNN", [BACK]),
        ("weight sharing", [CONCEPTS]),
        ("transfer learning", [CONCEPTS]),
        ("foundation model", [CONCEPTS]),
        ("inductive bias", [BACK, CONCEPTS]),
        ("cross validation", [FLOW]),
        ("target leakage", [FLOW]),
        ("one hot encoding", [FLOW]),
        ("early stopping", [FLOW]),
        ("gradient boosting", [FLOW]),
        ("distribution shift", [FLOW]),
        ("backpropagation", [MATHS]),
        ("backprop", [MATHS]),
        ("chain rule", [MATHS]),
        ("log loss", [MATHS, FLOW]),
        ("receptive field", [MATHS]),
        ("gradient check", [MATHS]),
        ("softmax", [MATHS]),
        ("data augmentation", [CNN]),
        ("label smoothing", [CNN]),
        ("weight decay", [FLOW]),
        ("computer vision", [VISION, SEEING]),
        ("object detection", [VISION, SEEING]),
        ("bounding box", [VISION, SEEING]),
        ("IoU", [VISION]),
        ("NMS", [VISION, SEEING]),
        ("mAP", [VISION]),
        ("segmentation", [VISION]),
        ("U-Net", [VISION]),
        ("residual", [VISION]),
        ("skip connection", [VISION]),
        ("ResNet", [VISION]),
        ("face detection", [SEEING]),
        ("hard negative mining", [SEEING]),
        ("lane detection", [SEEING]),
        ("Hough transform", [SEEING]),
        ("LiDAR", [SEEING]),
        ("anomaly detection", [SEEING]),
        ("autoencoder", [SEEING]),
        ("目标检测", [VISION, SEEING]),
        ("glossary", ["c-glossary"]),
        ("references", ["references"]),
        ("学习率", [FLOW, CNN]),
        ("image_grid", ["d-companion"]),
        ("status", ["e-status"]),
    ],
}
SHARE = 0.97
CHAPTERS_FIRST = {
    "zh": ["学习率", "confusion matrix", "calibration", "卷积", "dropout", "随机失活"],
    "en": [
        "learning rate",
        "confusion matrix",
        "calibration",
        "convolution",
        "dropout",
    ],
}
ORDER = """(queries) => queries.map((query) =>
  Search._performSearch(query).reverse().map((result) => result.slice(0, 3)))"""


@pytest.fixture(scope="module")
def ask(desk, bases):
    """A function that returns the pages found for each query, best first."""

    def ask(language, queries):
        desk.goto(f"{bases['http']}/{language}/search.html")
        desk.wait_for_function("Search.hasIndex()")
        return dict(zip(queries, desk.evaluate(ORDER, queries)))

    return ask


@pytest.mark.parametrize("language", QUERIES)
def test_reader_finds_the_page_among_the_first_three(ask, language):
    wanted = dict(QUERIES[language])
    found = ask(language, list(wanted))
    missed = {
        query: [name for name, *_ in found[query]][:3]
        for query, pages in wanted.items()
        if not {name for name, *_ in found[query][:3]} & set(pages)
    }
    assert len(missed) <= (1 - SHARE) * len(wanted), missed


@pytest.mark.parametrize("language", QUERIES)
def test_chapters_come_before_appendices(ask, language):
    for query, results in ask(language, CHAPTERS_FIRST[language]).items():
        chapters = [name[:2].isdigit() for name, *_ in results]
        assert chapters[0], query
        assert chapters == sorted(chapters, reverse=True), query


@pytest.mark.parametrize("language", QUERIES)
def test_a_page_is_found_once(ask, language):
    for query, results in ask(language, [q for q, _ in QUERIES[language]]).items():
        names = [name for name, *_ in results]
        assert len(names) == len(set(names)), query


@pytest.mark.parametrize("language", QUERIES)
def test_every_synonym_finds_what_its_term_finds(ask, language):
    text = (ROOT / "book" / "glossary.yml").read_text(encoding="utf-8")
    synonyms = {
        word: entry[language]
        for entry in yaml.safe_load(text)
        for field in ("avoid_zh", "also_zh", "also_en")
        for word in entry.get(field, [])
    }
    found = ask(language, [*synonyms, *synonyms.values()])
    lost = {
        word
        for word, term in synonyms.items()
        if not {name for name, *_ in found[term]} <= {name for name, *_ in found[word]}
    }
    assert lost == set()


def test_nothing_is_found_where_nothing_is(ask):
    assert ask("zh", ["魑魅魍魉", "", "%%%", "zzzyx qwv"]) == {
        query: [] for query in ("魑魅魍魉", "", "%%%", "zzzyx qwv")
    }


def test_appendix_is_first_where_its_title_is_asked_for(ask):
    found = ask("en", ["glossary", "status", "companion.models.article_cnn"])
    assert [found[q][0][0] for q in found] == ["c-glossary", "e-status", "d-companion"]
    anchor = found["companion.models.article_cnn"][0][2]
    assert anchor == "#companion.models.article_cnn"


def test_result_leads_to_the_heading_that_fits(ask, desk, bases):
    name, title, anchor = ask("en", ["calibration"])["calibration"][0]
    assert json.dumps([name, title])
    if anchor:
        desk.goto(f"{bases['http']}/en/{name}.html")
        heading = desk.locator(f"{anchor} :is(h1, h2, h3)").first
        assert heading.inner_text().strip("# \n").split(":")[0] in title
