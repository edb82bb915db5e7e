import importlib
import inspect
import pkgutil
import subprocess
import sys

import numpy as np
import pytest

import companion

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(companion.__path__, "companion.")
    if not module.name.split(".")[-1].startswith("_")
)


def test_importing_companion_is_cheap():
    code = (
        "import sys, time; t = time.process_time(); import companion;"
        "heavy = {'keras', 'tensorflow', 'matplotlib', 'sklearn'} & set(sys.modules);"
        "print(time.process_time() - t, sorted(heavy))"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    seconds, heavy = out.split(maxsplit=1)
    assert heavy.strip() == "[]"
    assert float(seconds) < 0.3


@pytest.mark.parametrize("name", MODULES)
def test_modules_do_not_load_keras_before_it_is_used(name):
    code = f"import sys, {name}; print({{'keras', 'tensorflow'}} & set(sys.modules))"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "set()"


@pytest.mark.parametrize("name", ["companion", *MODULES])
def test_public_names_exist_and_are_documented(name):
    module = importlib.import_module(name)
    assert module.__doc__
    for public in module.__all__:
        thing = getattr(module, public)
        if inspect.isclass(thing) or inspect.isfunction(thing):
            assert thing.__doc__, f"{name}.{public} has no docstring"
        if inspect.isfunction(thing) and inspect.signature(thing).parameters:
            assert "Args:" in thing.__doc__, f"{name}.{public} names no arguments"


def test_set_seed_fixes_numpy_and_keras():
    import keras

    draws = []
    for seed in (7, 7, 8):
        companion.set_seed(seed)
        keras_draw = keras.ops.convert_to_numpy(keras.random.normal((3,)))
        numpy_draw = np.random.random(3)  # noqa: NPY002
        draws.append(np.r_[keras_draw, numpy_draw])
    assert np.array_equal(draws[0], draws[1])
    assert not np.isclose(draws[0], draws[2]).any()


def test_set_seed_takes_numpys_integers():
    import keras

    draws = []
    for seed in (7, np.int64(7), np.uint8(7)):
        companion.set_seed(seed)
        draws.append(float(keras.random.normal(())))
    assert len(set(draws)) == 1


@pytest.mark.parametrize(
    ("seed", "error", "message"),
    [
        (-1, ValueError, r"\[0, 2\*\*32\), got -1"),
        (2**32, ValueError, "got 4294967296"),
        (0.5, TypeError, r"got 0.5 \(float\)"),
        (True, TypeError, r"got True \(bool\)"),
        ("1", TypeError, r"got '1' \(str\)"),
        (np.nan, TypeError, r"got nan \(float\)"),
        (np.int64(-1), ValueError, "got -1"),
        (np.bool_(True), TypeError, r"\(bool"),
        (None, TypeError, r"got None"),
    ],
)
def test_set_seed_names_a_wrong_seed(seed, error, message):
    with pytest.raises(error, match=message):
        companion.set_seed(seed)
