"""The stored experiments are complete, and their tool writes what it measured."""

import json

import notebooks
import numpy as np
import pytest
from experiments import background, benchmark, cnn, driving, registry

from companion import datasets, training
from companion.experiments import contest
from companion.experiments import driving as lanes


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
