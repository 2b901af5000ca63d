"""Errors of uploads and stored files: message with a remedy, and HTTP status."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from kini.core.actors import ActionRefused
from kini.core.decoder import RejectedFile

#: Message for each code of `RejectedFile`.
REASONS = {
    "picture-damaged": gettext_noop("This picture is damaged. Take a new photo, or save it again."),
    "too-many-pixels": gettext_noop("This picture has too many pixels. The limit is {number} megapixels."),
    "too-many-scans": gettext_noop("This picture is saved in a format that takes too long to open. Save it again."),
    "too-costly": gettext_noop("This file takes too long to open. Save a smaller copy and send that."),
    "pdf-active": gettext_noop("This PDF contains scripts, actions or other files. Print it to a plain PDF."),
    "pdf-damaged": gettext_noop("This PDF is damaged. Save it again."),
    "pdf-locked": gettext_noop("This PDF is protected by a password. Save it without one."),
    "pdf-too-complicated": gettext_noop("This PDF is too complex. Print it to a new PDF."),
    "pdf-too-many-pages": gettext_noop("This PDF has too many pages. The limit is {number}."),
    "pdf-two-natures": gettext_noop("This file is a PDF and another type of file at once. Save it as a plain PDF."),
}


class FileRefused(ActionRefused):
    """The file is not accepted; the message says why and what to do."""

    status = 422


class FileTooLarge(FileRefused):
    """The file is larger than the limit."""

    status = 413


class FileBusy(FileRefused):
    """The file cannot be checked now; try again later."""

    status = 503


class StorageFull(FileRefused):
    """The disk is full."""

    status = 507


class FileDamaged(FileRefused):
    """A stored file was changed or damaged."""

    status = 500

    def __init__(self) -> None:
        super().__init__(
            _("This file was changed or damaged in storage and cannot be shown. The problem has been logged.")
        )


def refusal_for(unfit: RejectedFile) -> FileRefused:
    """Convert a decoder's rejection to the error for the user."""
    return FileRefused(_(REASONS[unfit.code]).format(number=unfit.number))
