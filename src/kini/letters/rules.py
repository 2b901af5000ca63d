"""Rules of letters: at which states of a case one is issued or becomes invalid. Pure."""

from kini.services.public import Flow, Letter


def issuing_states(letter: Letter, flow: Flow) -> frozenset[str]:
    """States at which a service's letter is issued."""
    return frozenset(letter.at) or frozenset(name for name, state in flow.states.items() if state.outcome == "granted")


def invalidates_letter(flow: Flow, state: str) -> bool:
    """Check whether a case that ends in this state invalidates letters issued before."""
    return flow.states[state].end and flow.states[state].outcome != "granted"
