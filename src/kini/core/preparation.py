"""Steps that rooms add to `./kini prepare`. All are idempotent, and run in order of registration.

A step may return remarks for the operator, one sentence each.
"""

from collections.abc import Callable, Iterable

from kini.core.actors import Actor
from kini.core.registry import Registry

type Step = Callable[[Actor], Iterable[str] | None]

#: After the tables were migrated, as their owner: rights of further database roles.
owner_steps: Registry[Step] = Registry("step of prepare as owner")
#: What follows from the pack and the environment.
steps: Registry[Step] = Registry("step of prepare")
#: Data of a demo.
demo_steps: Registry[Step] = Registry("step of prepare in a demo")


def action_step(action: Callable[..., object]) -> Step:
    """Step that calls an action without further arguments."""

    def step(by: Actor) -> None:
        action(by=by)

    return step


def run(registry: Registry[Step], by: Actor) -> list[str]:
    """Run all steps of a registry; returns their remarks."""
    return [remark for step in registry for remark in step(by) or ()]
