"""Registration of this part in other rooms: messages, privacy; jobs register themselves."""

from kini.together.money import jobs, notifications, personal_data  # noqa: F401 -- jobs register themselves


def register() -> None:
    """Register everything once; called by the room's registration."""
    notifications.register()
    personal_data.register()
