"""Reloading of a changed city pack or plug-in by `up`, so that authors see their changes at once.

The new files are read by new processes, so that nothing of what was read before is left in a cache.
"""

import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from kini.core.environment import Environment
from kini.core.folder_watch import FolderWatch
from kini.core.process_supervisor import Supervisor, kini_command, spawn_command
from kini.core.web_server import is_ready

MOST_NAMED = 3  # changed files that are named


def run_and_reload(supervisor: Supervisor, config: Environment, address: str, web: Sequence[str]) -> str | None:
    """Keep the processes running until Ctrl-C (None), or until one cannot be restarted (the reason).

    When a file of the pack or of a plug-in changes, the pack is checked and prepared again, and web server and worker
    are replaced; with errors they go on as they are. In production nothing is watched.

    Args:
        address: address of the web server.
        web: its command.
    """
    watch = None if config.production else FolderWatch(watched_folders(config))
    while True:
        reason = supervisor.wait(watch.has_changes if watch else lambda: False)
        if reason or supervisor.stopping or watch is None:
            return reason
        print(f"\n{changes_sentence(watch.take_changes())}", flush=True)
        if supervisor.run("prepare", spawn_command(kini_command("prepare"), dict(os.environ))) != 0:
            if not supervisor.stopping:
                print("Kini goes on with what it read before; it looks again when a file changes.", flush=True)
            continue
        supervisor.replace("web", spawn_command(list(web), dict(os.environ)))
        supervisor.replace("worker", spawn_command(kini_command("worker"), dict(os.environ)))
        reason = supervisor.wait(lambda: is_ready(address))
        if reason or supervisor.stopping:
            return reason
        print("The change is in use.", flush=True)


def watched_folders(config: Environment) -> list[Path]:
    """Folder of the pack, and those of the plug-ins."""
    specs = filter(None, map(find_spec, config.plugins))
    return [config.city, *(Path(each) for spec in specs for each in spec.submodule_search_locations or ())]


def changes_sentence(changed: Sequence[Path]) -> str:
    """Sentence that names the changed files."""
    here = Path.cwd()
    names = [str(each.relative_to(here) if each.is_relative_to(here) else each) for each in changed[:MOST_NAMED]]
    if more := len(changed) - len(names):
        names.append(f"{more} more")
    return f"{', '.join(names)} changed: it is checked and loaded."
