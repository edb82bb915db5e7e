"""The line that shows a run is for whoever watches."""

from types import SimpleNamespace

from companion.training import progress


def test_progress_is_for_notebooks_and_terminals(monkeypatch):
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    monkeypatch.setattr(progress.sys, "modules", {})
    monkeypatch.setattr(progress.sys, "stdout", SimpleNamespace(isatty=lambda: False))
    assert not progress._interactive()
    monkeypatch.setattr(progress.sys, "modules", {"ipykernel": None})
    assert progress._interactive()
