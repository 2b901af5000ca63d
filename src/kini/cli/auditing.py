"""Check the locked packages for known vulnerabilities (database of osv.dev)."""

import json
import subprocess
import sys
from dataclasses import dataclass

from kini.core.environment import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-uv.lock")
SECONDS = 120


class NotAsked(Exception):
    """The vulnerability database cannot be reached; the message says why."""


@dataclass(frozen=True, slots=True)
class Weakness:
    """A known vulnerability of a locked package, and the versions without it (empty: none yet)."""

    package: str
    version: str
    name: str
    mended_in: tuple[str, ...]

    def __str__(self) -> str:
        remedy = f"mended in {', '.join(self.mended_in)}" if self.mended_in else "not mended yet"
        return f"{self.package} {self.version}: {self.name}, {remedy}"


def command() -> list[str]:
    """Command of pip-audit, which only reads the lock files: nothing is installed, no package index is used."""
    files = [word for name in LOCKS for word in ("--requirement", str(ROOT / name))]
    words = ["--require-hashes", "--disable-pip", "--vulnerability-service", "osv", "--timeout", "10"]
    return [sys.executable, "-m", "pip_audit", *files, *words, "--format", "json", "--progress-spinner", "off"]


def audit() -> list[Weakness]:
    """Return the known vulnerabilities of locked packages.

    Raises:
        NotAsked: when the database cannot be reached.
    """
    try:
        done = subprocess.run(command(), capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise NotAsked(f"no answer within {SECONDS} seconds") from None
    return read(done.stdout, done.stderr)


def read(said: str, complained: str) -> list[Weakness]:
    """Parse pip-audit's report.

    Raises:
        NotAsked: when there is no report; with the last line of stderr.
    """
    try:
        packages = json.loads(said)["dependencies"]
    except (ValueError, KeyError):
        raise NotAsked((complained.strip().splitlines() or ["it said nothing"])[-1][:200]) from None
    return [
        Weakness(package["name"], package["version"], found["id"], tuple(found["fix_versions"]))
        for package in packages
        for found in package.get("vulns", ())
    ]
