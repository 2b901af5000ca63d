"""Reasons why a file cannot be taken, as codes: the process that finds them knows no languages."""


class Unfit(Exception):
    """The file cannot be taken.

    Attributes:
        code: key of `kini.core.file_refusals.REASONS`.
        number: what the sentence says about a limit (pages, megapixels); 0 where it says none.
    """

    def __init__(self, code: str, number: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.number = number
