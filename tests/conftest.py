"""What all tests share."""

from hypothesis import settings

# A busy machine is slow, and a run that failed must fail again.
settings.register_profile("book", deadline=None, derandomize=True)
settings.load_profile("book")
