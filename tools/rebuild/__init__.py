"""Rebuilding embedded data from named packages: one module per data set."""
