"""Reads letters as independent programs do."""

import shutil
import subprocess
from pathlib import Path

from pypdf import PdfReader

from kini.core import files
from kini.letters.models import Letter


def reader_of(letter: Letter) -> PdfReader:
    return PdfReader(files.path_of(letter.document.sha256))


def text_of(letter: Letter) -> str:
    return "\n".join(page.extract_text() for page in reader_of(letter).pages)


def pdfsig(file: Path, *words: str) -> str:
    """What poppler's pdfsig says about the signatures of a file."""
    tool = shutil.which("pdfsig")
    assert tool
    done = subprocess.run([tool, *words, str(file)], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr
