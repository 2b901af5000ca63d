"""Tests that share an expensive state run on one worker."""

import pytest


@pytest.mark.xdist_group("group-of-a-test")
def test_groups_reach_the_scheduler(request: pytest.FixtureRequest) -> None:
    """pytest-xdist sees a group by the end of the test's name, which not every version of pytest lets it write."""
    if not request.config.getoption("loadgroup", default=False):
        pytest.skip("The tests run in one process, or without `--dist loadgroup`.")
    assert request.node.nodeid.endswith("@group-of-a-test")
