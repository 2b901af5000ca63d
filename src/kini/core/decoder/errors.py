"""Reasons for rejecting a file, as codes: the decoder process has no translations."""


class RejectedFile(Exception):
    """The file is rejected.

    Attributes:
        code: key of `kini.core.file_errors.REASONS`.
        number: limit in the message (pages, megapixels), or 0.
    """

    def __init__(self, code: str, number: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.number = number
