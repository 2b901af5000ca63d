"""How much of an upload reaches the disk: a file that is too large anyway is not written to its end."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler

from kini.core.files import MAX_BYTES, WITHOUT_ROOM, require_full


class CappedUpload(FileUploadHandler):
    """Stands first in FILE_UPLOAD_HANDLERS and drops what comes after the limit.

    The file arrives cut off just above the limit, so that the form is read as usual, nothing typed is lost, and
    `files.store` refuses the file as too large.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data if start <= MAX_BYTES else None

    def file_complete(self, file_size: int) -> None:
        """Leaves the file to the next handler."""


class SpooledUpload(TemporaryFileUploadHandler):
    """Django's handler for files that are not held in memory, on a disk that may be full.

    The form is read as usual then too, and `files.store` refuses the file for want of room.
    """

    full = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.full = False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        try:
            if not self.full:
                self.file.write(raw_data)
                self.file.flush()
        except OSError as error:
            self.full = require_full(error)

    def file_complete(self, file_size: int) -> UploadedFile | None:
        file: UploadedFile | None = super().file_complete(file_size)
        setattr(file, WITHOUT_ROOM, self.full)
        return file
