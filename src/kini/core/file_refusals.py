"""Refusals of files, in words that say what would help, each with the HTTP status that fits."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from kini.core.actors import Refused
from kini.core.decoder.errors import Unfit

#: Message to the person for each code of `Unfit`.
REASONS = {
    "picture-damaged": gettext_noop("This picture is damaged. Take it again, or save it again."),
    "too-many-pixels": gettext_noop("This picture has too many pixels. It may have up to {number} megapixels."),
    "too-many-scans": gettext_noop("This picture is written in a way that takes too long to open. Save it again."),
    "too-costly": gettext_noop("This file takes too long to open. Save a smaller copy and send that."),
    "pdf-active": gettext_noop("This PDF carries scripts, actions or other files. Print it into a plain PDF."),
    "pdf-damaged": gettext_noop("This PDF is damaged. Save it again."),
    "pdf-locked": gettext_noop("This PDF is locked by a password. Save it without one."),
    "pdf-too-complicated": gettext_noop("This PDF is too complicated. Print it into a new PDF."),
    "pdf-too-many-pages": gettext_noop("This PDF has too many pages. It may have up to {number}."),
    "pdf-two-natures": gettext_noop("This file is a PDF and something else at once. Save it as a plain PDF."),
}


class FileRefused(Refused):
    """This file cannot be taken; the message says why and what would help."""

    status = 422


class FileTooLarge(FileRefused):
    """It has more bytes than any file may have."""

    status = 413


class FileBusy(FileRefused):
    """It cannot be checked now; the same file may be taken in a while."""

    status = 503


class StorageFull(FileRefused):
    """There is no room for it."""

    status = 507


class FileDamaged(FileRefused):
    """A kept file is no longer what it was."""

    status = 500

    def __init__(self) -> None:
        super().__init__(_("This file was changed or damaged where it is kept and is not shown. It has been noted."))


def refusal_of(unfit: Unfit) -> FileRefused:
    """The refusal of a file that a decoder found unfit."""
    return FileRefused(_(REASONS[unfit.code]).format(number=unfit.number))
