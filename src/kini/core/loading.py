"""Loading of the program: imports and Django's set-up."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Collect no garbage meanwhile, as loading makes none; what was loaded is never scanned afterwards.

    Collections took a fifth of the time that the program needs to load. After a fork, memory that is not scanned stays
    shared.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.freeze()
