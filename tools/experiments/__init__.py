"""Experiments that are too long for a chapter: definitions that register themselves."""
