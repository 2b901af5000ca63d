"""`./kini lock`: write pinned, hashed lock files for all platforms, without index URLs."""

import argparse
import shutil
import subprocess

from kini.core import command_line
from kini.core.environment import ROOT

COMPILE = (
    *("pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-emit-index-url", "--no-annotate"),
    *("--no-header", "--python-version", "3.12"),
)
#: Runtime, development (constrained to the runtime's versions), and uv itself.
LOCKS = (
    ("pyproject.toml", "-o", "requirements.lock"),
    (
        *("pyproject.toml", "--group", "pyproject.toml:dev"),
        *("-c", "requirements.lock", "-o", "requirements-dev.lock"),
    ),
    ("--group", "pyproject.toml:uv", "-o", "requirements-uv.lock"),
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--upgrade", action="store_true", help="use the newest versions that pyproject.toml allows")


def run(options: argparse.Namespace) -> int:
    bundled = ROOT / ".venv-uv" / "bin" / "uv"
    uv = shutil.which("uv") or (str(bundled) if bundled.exists() else "")
    if not uv:
        raise command_line.CommandError("uv is missing; install it with pip install uv.")
    more = ["--upgrade"] if options.upgrade else []
    codes = [subprocess.run([uv, *COMPILE, *more, *arguments], cwd=ROOT, check=False).returncode for arguments in LOCKS]
    return max(codes)
