"""Decoding of hostile files in separate processes without keys and with limited time and memory.

`client` runs in the web process and starts `fork_server`, which forks for each file. Nothing that it imports needs
Django.
"""


class RejectedFile(Exception):
    """The file is rejected. The reason is a code, since the decoder process has no translations.

    Attributes:
        code: key of `kini.core.file_errors.REASONS`.
        number: limit in the message (pages, megapixels), or 0.
    """

    def __init__(self, code: str, number: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.number = number
