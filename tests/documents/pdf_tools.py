"""Read signed documents with independent programs."""

import shutil
import subprocess
from io import BytesIO
from pathlib import Path

from pypdf import PdfReader

from kini.core import files
from kini.documents.models import SignedDocument


def content_of(document: SignedDocument) -> bytes:
    with files.open_stored(document.sha256) as file:
        return file.read()


def reader_of(document: SignedDocument) -> PdfReader:
    return PdfReader(BytesIO(content_of(document)))


def text_of(document: SignedDocument) -> str:
    return "\n".join(page.extract_text() for page in reader_of(document).pages)


def pdfsig(file: Path, *words: str) -> str:
    """Output of poppler's pdfsig about the signatures of a file."""
    tool = shutil.which("pdfsig")
    assert tool
    done = subprocess.run([tool, *words, str(file)], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr
