"""`./kini lock`: pinned, hashed lock files for every platform, without addresses of an index."""

import argparse
import shutil
import subprocess

from kini.cli import console
from kini.core.environment import ROOT

COMPILE = (
    *("pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-emit-index-url", "--no-annotate"),
    *("--no-header", "--python-version", "3.12", "pyproject.toml"),
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that pyproject.toml allows")


def run(options: argparse.Namespace) -> int:
    own = ROOT / ".venv-uv" / "bin" / "uv"
    uv = shutil.which("uv") or (str(own) if own.exists() else "")
    if not uv:
        raise console.Fault("uv is needed for this; install it with pip install uv.")
    more = ["--upgrade"] if options.upgrade else []
    runtime = subprocess.run([uv, *COMPILE, *more, "-o", "requirements.lock"], cwd=ROOT, check=False)
    dev = subprocess.run(
        [
            uv,
            *COMPILE,
            *more,
            "--group",
            "pyproject.toml:dev",
            "-c",
            "requirements.lock",
            "-o",
            "requirements-dev.lock",
        ],
        cwd=ROOT,
        check=False,
    )
    return runtime.returncode or dev.returncode
