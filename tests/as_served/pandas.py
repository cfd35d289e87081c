"""Hides pandas from servers under test, as `make run` has none: it comes with the tests' ClickHouse.

pyarrow loads it wherever it can, which takes each process half a second and 25 MB.
"""

raise ImportError("what is served has no pandas")
