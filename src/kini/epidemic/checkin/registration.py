"""Registration of the check-in in other rooms."""

from pathlib import Path

from kini.documents.public import template_folders
from kini.epidemic.checkin import jobs as jobs
from kini.epidemic.checkin import personal_data, retention
from kini.epidemic.checkin.notifications import UPLOAD_CODE
from kini.messages.public import message_types


def register() -> None:
    """Register everything once; called from the room's registration."""
    message_types.register(UPLOAD_CODE.id, UPLOAD_CODE)
    template_folders.register("epidemic", Path(__file__).parents[1] / "paper")
    retention.register()
    personal_data.register()
