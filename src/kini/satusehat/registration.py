"""Registration of the room with the registries of the house."""


def register() -> None:
    """Register everything that other rooms look up."""
