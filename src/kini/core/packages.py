"""Programs of the system: found, or installed from its packages where that is allowed."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

#: The first has no windows to draw, and does the same in a third of the time.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
SECONDS_TO_INSTALL = 180
#: How one is started: as root, and without asking anybody anything.
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")


def program(names: Sequence[str], package: str) -> str | None:
    """Where the first of these programs is; on a system with apt, root installs the package that has it first."""
    if not _found(names):
        install(package)
    return _found(names)


def chromium() -> str | None:
    """Where a Chromium is, if any: as KINI_CHROMIUM says, else the first of BROWSERS."""
    return os.environ.get("KINI_CHROMIUM") or _found(BROWSERS)


def install(package: str) -> None:
    """Install a package, where that is allowed: on a system with apt, for root. Else nothing happens."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing {package} from the system's packages ...", flush=True)
        env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update"], ["install", "-y", "--no-install-recommends", package]):
            subprocess.run(["apt-get", *words], env=env, check=False, capture_output=True)


def _found(names: Sequence[str]) -> str | None:
    return next(filter(None, map(shutil.which, names)), None)


def node_modules(folder: Path, package: str) -> bool:
    """Install an npm package into that folder, if npm is or can be installed; returns True when it is there."""
    npm = program(("npm",), "npm")
    if npm is None:
        return False
    words = [npm, "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", package]
    try:
        subprocess.run(words, cwd=folder, check=False, capture_output=True, timeout=SECONDS_TO_INSTALL)
    except subprocess.TimeoutExpired:
        return False
    return (folder / "node_modules" / package.rpartition("@")[0]).is_dir()
