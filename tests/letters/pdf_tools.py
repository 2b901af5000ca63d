"""Read letters with independent programs."""

import shutil
import subprocess
from io import BytesIO
from pathlib import Path

from pypdf import PdfReader

from kini.core import files
from kini.letters.models import Letter


def content_of(letter: Letter) -> bytes:
    with files.open_stored(letter.document.sha256) as file:
        return file.read()


def reader_of(letter: Letter) -> PdfReader:
    return PdfReader(BytesIO(content_of(letter)))


def text_of(letter: Letter) -> str:
    return "\n".join(page.extract_text() for page in reader_of(letter).pages)


def pdfsig(file: Path, *words: str) -> str:
    """Output of poppler's pdfsig about the signatures of a file."""
    tool = shutil.which("pdfsig")
    assert tool
    done = subprocess.run([tool, *words, str(file)], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr
