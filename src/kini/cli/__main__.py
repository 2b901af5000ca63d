"""`./kini VERB`: reads the words, imports only the verb that is meant, and turns faults into one sentence."""

import argparse
import importlib
import os
import sys

#: verb -> (module with `arguments(parser)` and `run(options) -> exit code`, what it does)
VERBS = {
    "up": ("kini.cli.up", "start the whole city on this machine"),
    "test": ("kini.cli.testing", "set up what the tests need and run everything"),
    "check": ("kini.cli.check", "check the pack, the services or the timeline"),
    "services": ("kini.cli.services", "what a service file may say, as JSON Schema"),
    "city": ("kini.cli.city", "load official boundaries into the city"),
    "prepare": ("kini.cli.prepare", "migrate the database and load the pack (operators; part of up)"),
    "worker": ("kini.cli.worker", "run background work (operators; part of up)"),
    "rotate-keys": ("kini.cli.rotate", "encrypt again what an older key encrypted"),
    "lock": ("kini.cli.lock", "write requirements.lock anew from pyproject.toml"),
    "texts": ("kini.cli.texts", "collect and compile the texts of the interface"),
}


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="kini", description="Kini: a city's services in one place.")
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB")
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    for verb, (module, about) in VERBS.items():
        words = verbs.add_parser(verb, help=about, description=about)
        if verb == wanted:
            importlib.import_module(module).arguments(words)
    return top


def main() -> int:
    from_outside = parser().parse_args()
    verb = importlib.import_module(VERBS[from_outside.verb][0])
    try:
        return int(verb.run(from_outside))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


if __name__ == "__main__":
    sys.exit(main())
