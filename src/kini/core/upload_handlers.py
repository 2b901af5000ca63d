"""Upload handlers that stop writing files that are too large, and survive a full disk."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler

from kini.core.files import DISK_FULL_ATTRIBUTE, MAX_BYTES, Upload, require_disk_full


class CappedUpload(FileUploadHandler):
    """Drops content after the limit; the first of FILE_UPLOAD_HANDLERS.

    The file is truncated just above the limit, so that the form is parsed as usual, no input is lost, and `files.store`
    refuses the file as too large.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data if start <= MAX_BYTES else None

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the next handler."""


class SpooledUpload(TemporaryFileUploadHandler):
    """Django's handler for temporary files, on a disk that may be full.

    The form is parsed as usual, and `files.store` refuses the file.
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
            self.full = require_disk_full(error)

    def file_complete(self, file_size: int) -> Upload | None:
        file: Upload | None = super().file_complete(file_size)
        setattr(file, DISK_FULL_ATTRIBUTE, self.full)
        return file
