"""How much of an upload reaches the disk: a file that is too large anyway is not written to its end."""

from django.core.files.uploadhandler import FileUploadHandler

from kini.core.files import MAX_BYTES


class CappedUpload(FileUploadHandler):
    """Stands first in FILE_UPLOAD_HANDLERS and drops what comes after the limit.

    The file arrives cut off just above the limit, so that the form is read as usual, nothing typed is lost, and
    `files.store` refuses the file as too large.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data if start <= MAX_BYTES else None

    def file_complete(self, file_size: int) -> None:
        """Leaves the file to the next handler."""
