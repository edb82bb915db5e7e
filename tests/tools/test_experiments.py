"""The stored experiments are complete, and their tool writes what it measured."""

import json

import notebooks
import numpy as np
import pytest
from experiments import (
    __main__,  # noqa: F401 (it registers all of them)
    background,
    benchmark,
    cnn,
    driving,
    faces,
    medicine,
    registry,
    segmentation,
)

from companion import datasets, training
from companion.experiments import contest
from companion.experiments import driving as lanes
from companion.experiments import faces as face_runs
from companion.experiments import medicine as lesions


def stored(name):
    path = registry.FOLDER / registry.EXPERIMENTS[name].file
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", registry.EXPERIMENTS)
def test_record_says_when_where_and_with_what(name):
    found = stored(name)
    assert set(found["machine"]) == {"cpu", "cores", "memory_gb", "system"}
    assert {"python", "numpy", "keras", "tensorflow"} <= set(found["versions"])
    assert found["date"] >= "2026-11-01"


def test_every_record_has_an_experiment():
    files = {path.name for path in (notebooks.BOOK / "experiments").iterdir()}
    assert files == {e.file for e in registry.EXPERIMENTS.values()}


def test_record_is_written_whole(tmp_path):
    chosen = registry.Experiment("x", "x.json", 1, lambda: {"results": [1.5]})
    path = registry.record(chosen, tmp_path)
    found = json.loads(path.read_text(encoding="utf-8"))
    assert found["results"] == [1.5]
    broken = registry.Experiment("x", "x.json", 1, lambda: {"results": [float("nan")]})
    with pytest.raises(ValueError, match="Out of range float"):
        registry.record(broken, tmp_path)
    assert json.loads(path.read_text(encoding="utf-8")) == found


def test_a_name_is_taken_once():
    with pytest.raises(ValueError, match="'cnn' exists already"):
        registry.experiment("cnn", "y.json", 1)(lambda: {})


def test_cnn_records_have_every_run_and_seed():
    found = stored("cnn")
    assert list(found["curve"]) == list(cnn.CURVE)
    assert list(found["ablation"]) == ["3 epochs", *cnn.ABLATION]
    for entries in (
        found["article"],
        *found["curve"].values(),
        *found["ablation"].values(),
    ):
        assert len(entries) == len(cnn.SEEDS)
    costs = [entry["cost"] for entry in found["article"]]
    assert np.mean(costs) == pytest.approx(1, abs=0.002)


def test_rounds_take_turns_and_count_in_the_first_run_s_cost(capsys):
    order = []

    def run(name, cost):
        return lambda data, seed: (order.append((name, seed)) or name, cost)

    runs = {"a": run("a", 4.0), "b": run("b", 1.0)}
    found, unit = cnn.rounds(runs, None, (0, 1), lambda model: {"score": len(model)})
    assert order == [("a", 0), ("b", 0), ("a", 1), ("b", 1)]
    assert unit == 4.0
    assert found["b"] == [{"cost": 0.25, "score": 1}] * 2
    assert len(capsys.readouterr().out.splitlines()) == 4


def test_the_curve_changes_only_the_length_unless_its_name_says_so():
    for name, (_, recipe) in cnn.CURVE.items():
        if "batches" not in name:
            assert recipe == training.BETTER.but(epochs=recipe.epochs), name


def test_every_contestant_has_every_size_and_seed():
    found = stored("background")
    runs = [(run["examples"], run["name"]) for run in found["results"]]
    assert runs == [
        (n, name) for n in background.EXAMPLES for name in contest.CONTESTANTS
    ]
    assert found["seeds"] == list(background.SEEDS)
    for run in found["results"]:
        assert len(run["accuracy"]) == len(background.SEEDS)
        assert len(run["fit_seconds"]) == len(background.SEEDS)
        assert min(run["predict_seconds"]) > 0


def test_background_returns_what_it_measured(monkeypatch, capsys):
    mnist = datasets.mnist()
    entry = contest.Entry("SVM", 100, 0, mnist.y_test.copy(), 7, 1.234, 0.5678)
    entry.answers[:1_000] = (entry.answers[:1_000] + 1) % 10
    asked = []

    def compete(name, data, examples, seed, progress):
        asked.append((name, examples, seed, len(data.y_test)))
        return entry

    monkeypatch.setattr(contest, "compete", compete)
    found = background.run((100,), (0, 1))
    assert asked == [
        (name, 100, seed, 10_000) for name in contest.CONTESTANTS for seed in (0, 1)
    ]
    assert found["results"][-1] == {
        "name": "SVM",
        "examples": 100,
        "accuracy": [0.9, 0.9],
        "fit_seconds": [1.23, 1.23],
        "predict_seconds": [0.568, 0.568],
    }
    assert found["test_images"] == 10_000
    assert "0.9 0.9" in capsys.readouterr().out


@pytest.mark.parametrize("name", contest.CONTESTANTS)
def test_more_images_take_longer_and_never_make_it_much_worse(name):
    runs = [run for run in stored("background")["results"] if run["name"] == name]
    assert np.diff([np.mean(run["accuracy"]) for run in runs]).min() > -0.005
    assert np.diff([sum(run["fit_seconds"]) for run in (runs[0], runs[-1])]) > 0


def test_benchmark_is_complete_and_its_ratios_are_right():
    found = stored("benchmark")
    got = [(r["part"], r["pass"], r["batch"]) for r in found["results"]]
    expected = [
        (part, kind, batch)
        for part in benchmark.LAYERS
        for batch in benchmark.LAYER_BATCHES
        for kind in ("forward", "backward")
    ] + [
        ("network", kind, batch)
        for batch in benchmark.NETWORK_BATCHES
        for kind in ("forward", "training")
    ]
    assert got == expected
    for result in found["results"]:
        ratio = result["numpy_ms"] / result["tensorflow_ms"]
        assert result["ratio"] == pytest.approx(ratio, abs=0.01)


def test_from_scratch_is_within_three_times_of_keras():
    found = stored("benchmark")
    ratios = [
        r["ratio"]
        for r in found["results"]
        if (r["part"], r["pass"], r["batch"]) == ("network", "training", 128)
    ]
    assert len(ratios) == 1
    assert ratios[0] <= 3


def test_the_benchmark_returns_what_it_measured(monkeypatch, capsys):
    calls = {"forward": (lambda: sum(range(999)), lambda: sum(range(99)))}
    monkeypatch.setattr(benchmark, "layer_calls", lambda *what: calls)
    monkeypatch.setattr(benchmark, "network_calls", lambda *what: calls)
    monkeypatch.setattr(benchmark, "PAUSE", 0)
    found = benchmark.run(rounds=2, calls=3)
    assert (found["rounds"], found["calls"]) == (2, 3)
    assert len(found["results"]) == len(capsys.readouterr().out.splitlines()) == 8
    assert all(result["ratio"] > 1 for result in found["results"])


def test_both_sides_of_the_benchmark_compute_the_same():
    for name, what in benchmark.LAYERS.items():
        for kind, (ours, theirs) in benchmark.layer_calls(*what, 2).items():
            got, want = ours(), theirs()
            want = want[-1] if kind == "backward" else want
            assert np.abs(got - want.numpy()).max() < 1e-4, name
    ours, theirs = benchmark.network_calls(2)["forward"]
    assert ours().shape == theirs().shape == (2, 10)
    ours, theirs = benchmark.network_calls(2)["training"]
    ours()
    assert theirs() > 0


def test_segmentation_takes_every_method_through_every_strength(monkeypatch, capsys):
    monkeypatch.setattr(
        segmentation,
        "trained",
        lambda data, name, seed, visits: (
            lambda x: np.ones(x.shape[:3], int),
            {"parameters": 1, "cpu_seconds": 1.0},
        ),
    )
    monkeypatch.setattr(segmentation, "COPIES", 1)
    found = segmentation.run(seeds=(0,))
    assert len(found["methods"]) == 8 == len(capsys.readouterr().out.splitlines())
    for (entry,) in found["methods"].values():
        assert len(entry["accuracy"]) == len(entry["dice"]) == 5
    (nothing,) = found["methods"]["all the rest"]
    assert nothing["accuracy"][0] == 0.7304
    assert nothing["dice"][0][1:] == [0, 0]
    copied = found["copied"]
    assert min(copied["next_slice"]) > max(copied["nearest_training_slice"][1:])


def test_segmentation_trains_a_network(monkeypatch):
    monkeypatch.setattr(segmentation.setup, "train", lambda *what, **how: 1.25)
    name = "the same, no skips"
    method, cost = segmentation.trained(
        segmentation.datasets.brain_slices(), name, 0, 1
    )
    assert cost == {"parameters": 110_947, "cpu_seconds": 1.2}
    assert method(np.zeros((1, 112, 96, 1), "float32")).shape == (1, 112, 96)


def test_faces_record_has_every_round_and_seed():
    found = stored("faces")
    tested = [photo.name for photo in datasets.photographs().tested]
    assert found["photographs"] == tested
    assert len(found["accuracy"]["network"]) == len(faces.SEEDS)
    for kind in ("hard", "random"):
        assert len(found[kind]) == len(faces.SEEDS)
        for hard, runs in zip(found["hard"], found[kind]):
            assert len(runs) == face_runs.ROUNDS + 1
            negatives = [run["new_negatives"] for run in hard]
            assert [run["new_negatives"] for run in runs] == negatives
            assert all(len(run["false_alarms"]) == len(tested) for run in runs)


def test_a_faces_run_is_cross_validated_and_surveyed(monkeypatch):
    crops = datasets.face_crops()
    monkeypatch.setattr(
        face_runs, "train", lambda x, y, seed: (lambda images: images.mean((1, 2)), 1.0)
    )
    assert faces.cross_validation(crops, 0) == 0.5  # every crop is called a face
    assert faces.svm(crops, 0) > 0.9


def test_every_way_to_find_lanes_has_every_clip():
    found = stored("driving")
    assert list(found["methods"]) == [
        "constant",
        "Hough",
        "Hough with color",
        *lanes.EPOCHS,
    ]
    for name, method in found["methods"].items():
        runs = len(driving.SEEDS) if name in lanes.EPOCHS else 1
        assert len(method["results"]) == len(method["cpu_seconds"]) == runs
        for run in method["results"]:
            assert list(run) == list(driving.PLACES)
            for place, result in run.items():
                share = result["within"] / found["points"][place]
                assert result["share"] == pytest.approx(share, abs=1e-3)
                low, high = result["interval"]["error"]
                assert low <= result["error"] <= high


def test_medicine_record_bears_out_the_chapter():
    found = stored("medicine")
    assert found["seeds"] == list(medicine.SEEDS)
    assert found["parameters"] == 14_114
    means = {
        name: {split: np.mean(runs, axis=1) for split, runs in by_split.items()}
        for name, by_split in found["auc"].items()
    }
    for name in ("CNN", "5 nearest neighbors"):
        fall = means[name]["patches"] - means[name]["block"]
        assert fall.min() > 0.02  # on the same windows, with every seed
        assert (means[name]["block"] - means[name]["patient"]).min() > 0.2
    assert np.mean(found["overlap"]["patches"]["0"]) > 0.7
    assert np.max(found["overlap"]["block"]["0"]) == 0
    assert np.mean(found["meaningless_auc"]["patches"]) > 0.6
    assert abs(np.mean(found["meaningless_auc"]["block"]) - 0.5) < 0.08


def test_medicine_returns_what_it_measured(monkeypatch, capsys):
    def easy(x, y, x_test, seed=0):
        return x_test.mean(axis=(1, 2, 3)) + seed

    names = ("CNN", "5 nearest neighbors")
    monkeypatch.setattr(lesions, "METHODS", dict.fromkeys(names, easy))
    found = medicine.compare(seeds=(0, 3))
    assert np.shape(found["auc"]["CNN"]["block"]) == (2, 3)
    assert np.shape(found["auc"]["CNN"]["patient"]) == (2, 1)
    assert np.shape(found["at_half"]["patches"]) == (2, 2)
    assert list(found["meaningless_auc"]) == ["patches", "slices", "block"]
    assert len(capsys.readouterr().out.splitlines()) == 2 * 2 * 4
