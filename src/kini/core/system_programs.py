"""System programs: find them, or install their packages (as root on systems with apt)."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

#: The first cannot open windows and needs a third of the time.
CHROMIUM_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
SECONDS_TO_INSTALL = 180
#: Arguments for Chromium: also as root, without background work.
CHROMIUM_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")


def find_or_install(names: Sequence[str], package: str) -> str | None:
    """Path of the first of these programs, after installing the package when none is found."""
    if not _found(names):
        install_package(package)
    return _found(names)


def find_chromium() -> str | None:
    """Path of Chromium: KINI_CHROMIUM, else the first of BROWSERS that is installed."""
    return os.environ.get("KINI_CHROMIUM") or _found(CHROMIUM_NAMES)


def install_package(package: str) -> None:
    """Install a package with apt as root; elsewhere do nothing."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing {package} from the system's packages ...", flush=True)
        env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (["update"], ["install", "-y", "--no-install-recommends", package]):
            subprocess.run(["apt-get", *arguments], env=env, check=False, capture_output=True)


def _found(names: Sequence[str]) -> str | None:
    return next(filter(None, map(shutil.which, names)), None)


def install_node_package(folder: Path, package: str) -> bool:
    """Install an npm package into a folder; False when npm or the package cannot be installed."""
    npm = find_or_install(("npm",), "npm")
    if npm is None:
        return False
    arguments = [npm, "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", package]
    try:
        subprocess.run(arguments, cwd=folder, check=False, capture_output=True, timeout=SECONDS_TO_INSTALL)
    except subprocess.TimeoutExpired:
        return False
    return (folder / "node_modules" / package.rpartition("@")[0]).is_dir()
