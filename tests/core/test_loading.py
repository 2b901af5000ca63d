"""The program is loaded without collections of garbage, and is never scanned afterwards."""

import gc

import pytest

from kini.core.loading import without_garbage_collection


def test_collections_wait_until_the_program_is_loaded() -> None:
    before = gc.get_freeze_count()
    with without_garbage_collection():
        assert not gc.isenabled()
        loaded = [[number] for number in range(1000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() >= before + len(loaded)


def test_collections_come_back_after_an_error() -> None:
    with pytest.raises(ImportError), without_garbage_collection():
        raise ImportError
    assert gc.isenabled()
