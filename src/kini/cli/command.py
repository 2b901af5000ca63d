"""`./kini VERB`: finds the verb, imports only its module, and prints errors as one sentence."""

import argparse
import os
import sys
from contextlib import ExitStack

from kini import rooms
from kini.core.command_line import USAGE, OperatorError, Verb
from kini.core.registry import Registry


def all_verbs() -> Registry[Verb]:
    """Verbs of the tools, rooms and plug-ins.

    Raises:
        OperatorError: a plug-in cannot be found.
    """
    tools = [f"kini.{name}" for floor in rooms.TOOLS for name in floor]
    plugins = filter(None, os.environ.get("KINI_PLUGINS", "").split(","))
    verbs: Registry[Verb] = Registry("verb")
    try:
        for commands in rooms.modules("commands", [*tools, *reversed(rooms.ROOMS), *plugins]):
            for name, verb in commands.VERBS.items():
                verbs.register(name, verb)
    except ModuleNotFoundError as error:
        raise OperatorError(f"KINI_PLUGINS cannot be used: {error}.") from None
    return verbs


def match_verb(verbs: Registry[Verb], arguments: list[str]) -> str | None:
    """Return the verb that the first words name, the longest one if there are several."""
    named = (verb for verb in verbs.names() if arguments[: verb.count(" ") + 1] == verb.split())
    return max(named, key=len, default=None)


def main(arguments: list[str]) -> int:
    try:
        verbs = all_verbs()
        name = match_verb(verbs, arguments)
        if name is None:
            return overview(verbs, arguments)
        verb = verbs.get(name)
        parser = argparse.ArgumentParser(prog=f"./kini {name}", description=verb.about)
        with ExitStack() as stack:
            words = arguments[name.count(" ") + 1 :]
            own = words[: words.index("--")] if "--" in words else words
            module = verb.load_for_help() if {"-h", "--help"} & set(own) else verb.load(stack)
            module.arguments(parser)
            return int(module.run(parser.parse_args(words)))
    except OperatorError as fault:
        print(f"kini: {fault}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        return 130


def overview(verbs: Registry[Verb], arguments: list[str]) -> int:
    """List the verbs; returns an error code after an unknown one."""
    requested = arguments[:1] in ([], ["help"], ["-h"], ["--help"])
    out = sys.stdout if requested else sys.stderr
    if not requested:
        print(f'kini: unknown verb "{" ".join(arguments[:2])}".\n', file=out)
    print("Kini: a city's services in one place.\n", file=out)
    for name, verb in verbs.items():
        print(f"  ./kini {name:<16} {verb.about}", file=out)
    return 0 if requested else USAGE
