"""Checks of the exercises of chapter 6.1b."""

from __future__ import annotations

__all__: list[str] = []
