from hypothesis import given
from hypothesis import strategies as st

from kini.robot.flow_paths import FlowCoverage

FLOW = [
    ("check", "accept", "decision"),
    ("check", "ask", "correction"),
    ("check", "reject", "rejected"),
    ("correction", "answer", "check"),
    ("correction", "after", "expired"),
    ("decision", "approve", "issued"),
    ("decision", "reject", "rejected"),
]
ENDS = ["rejected", "expired", "issued"]


def walk(chart: FlowCoverage, start: str) -> str:
    """Follow the planned edges from the start; return the final state."""
    here = start
    while edge := chart.next_edge(here):
        assert edge.state == here
        chart.mark_covered(edge)
        here = edge.to
    return here


def test_every_edge_is_walked_and_every_walk_ends():
    chart = FlowCoverage.of(FLOW, ENDS)
    walks = 0
    while chart.left:
        assert walk(chart, "check") in ENDS
        walks += 1
    assert walks <= 5


@given(st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=15))
def test_any_graph_is_covered_as_far_as_it_is_reached(pairs):
    edges = {("start", "go", "0")} | {(str(a), f"to-{b}", str(b)) for a, b in pairs}
    edges |= {(str(number), "stop", "end") for number in range(6)}
    reached, frontier = {"start"}, ["start"]
    while frontier:
        here = frontier.pop()
        fresh = {b for a, _, b in edges if a == here} - reached
        reached |= fresh
        frontier += fresh
    chart = FlowCoverage.of([edge for edge in edges if edge[0] in reached], ["end"])
    for _ in range(len(edges) + 1):
        assert walk(chart, "start") == "end"
    assert not chart.left
