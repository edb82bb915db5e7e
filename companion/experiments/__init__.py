"""Definitions of experiments that a chapter and the long runs share.

One module per experiment: which runs there are, and with which settings. A chapter
runs some of them live; ``tools/experiments`` runs all and stores the results.
"""

__all__: list[str] = []
