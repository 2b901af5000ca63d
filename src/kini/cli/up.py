"""`./kini up`: run the whole city on this machine, until Ctrl-C."""

import argparse
import fcntl
import ipaddress
import json
import os
import shutil
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import IO

from kini.cli import reload
from kini.core import command_line, environment
from kini.core.database.embedded import EmbeddedServer
from kini.core.process_supervisor import Child, Supervisor, fork_process
from kini.core.web_server import is_ready, server_address, web_arguments, web_command

MOST_LISTED = 8  # demo people in the greeting
WORKER_MB = 55  # memory above which the worker is restarted


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=8000, help="port of the web server (8000)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--city", type=Path, help="folder of a city pack (cities/jakarta)")
    parser.add_argument("--var", type=Path, help="folder for the database and files (var)")
    parser.add_argument("--no-demo", action="store_true", help="without demo people, cases and sign-ins")
    parser.add_argument(
        "--demo", choices=("small", "full"), default="full", help="some cases, or those of a year (full)"
    )
    parser.add_argument("--reset", action="store_true", help="start fresh: delete the city in the var folder")


def run(options: argparse.Namespace) -> int:
    before = dict(os.environ)
    set_environment(options)
    own = {name: value for name, value in os.environ.items() if before.get(name) != value and name != "KINI_VAR"}
    with ExitStack() as stack:
        return start(options, own, stack)


def set_environment(options: argparse.Namespace) -> None:
    """Add the options and on loopback the demo's variables to our environment, for all processes.

    Raises:
        command_line.CommandError: when KINI_ENV=local and the address can be reached by others.
    """
    env = os.environ
    loopback = is_loopback(options.host)
    env.setdefault("KINI_ENV", "local" if loopback else "production")
    if env["KINI_ENV"] == "local" and not loopback:
        raise command_line.CommandError(
            f"{options.host} can be reached from outside, and KINI_ENV=local uses publicly known keys; "
            "set KINI_ENV=production and its secrets (docs/operators.md), or use --host 127.0.0.1."
        )
    for name, value in (("KINI_CITY", options.city), ("KINI_VAR", options.var)):
        if value:
            env[name] = str(value.resolve())
    if env["KINI_ENV"] == "local":
        env.setdefault("KINI_ADDRESS", server_address(options.host, options.port))
        env["KINI_OUTBOX"] = "1"
        env["KINI_DEMO"] = "0" if options.no_demo else {"small": "small", "full": "1"}[options.demo]
        env.setdefault("KINI_OPERATOR_PATH", "operator")
        var = environment.read().var
        for each in environment.variables():
            if each.sandbox:
                env.setdefault(each.name, str(sandbox_configuration(var, each.sandbox)))


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def start(options: argparse.Namespace, own: Mapping[str, str], stack: ExitStack) -> int:
    """Start all processes and supervise them; `stack` stops them in reverse order.

    Args:
        own: variables of the environment that our options set; other commands of this city need them, too.
    """
    config = environment.read()
    require_free_port(options.host, options.port)
    if not (config.city / "city.toml").is_file():
        raise command_line.CommandError(f"{config.city} has no city.toml; give the folder of a city pack with --city.")
    config.var.mkdir(parents=True, exist_ok=True)
    stack.enter_context(lock_var_folder(config.var))
    if options.reset:
        if config.database_url:
            raise command_line.CommandError("--reset only works with the embedded database, and DATABASE_URL is set.")
        delete_city(config.var)
    print("Kini is starting.", flush=True)
    server = None if config.database_url else start_database(config, own, stack)
    # After the database, so that the processes stop before it.
    supervisor = stack.enter_context(Supervisor())
    if server:
        supervisor.watch("database", server.alive, server.revive)
    from kini import serving
    from kini.core.process_cache import warm_up

    with command_line.step("Program"):
        serving.load()
    if (code := supervisor.run("prepare", fork_verb("prepare"))) != 0:
        return code
    address = server_address(options.host, options.port)
    warm_up()  # before all forks, which share what it reads
    start_sandboxes(config, address, supervisor)
    with command_line.step("Web server and worker"):
        supervisor.start(
            "web", fork_process(partial(serving.serve, web_arguments(options.host, options.port))), again=True
        )
        supervisor.start("worker", fork_verb("worker", "--most-memory", str(WORKER_MB)), again=True)
        supervisor.wait_until(lambda: is_ready(address), seconds=60)
    greet(options, config.var)
    if reason := reload.run_and_reload(supervisor, config, address, web_command(options.host, options.port)):
        print(f"\nkini: {reason}; all other processes were stopped.", file=sys.stderr)
        return 1
    return 0


def start_sandboxes(config: environment.Environment, city: str, supervisor: Supervisor) -> None:
    """Start one process with the demo's sandbox servers, and wait until they have written their configurations."""
    configured = {each.sandbox: os.environ.get(each.name) for each in environment.variables() if each.sandbox}
    own = {name: sandbox_configuration(config.var, name) for name in configured}
    files = {name: path for name, path in own.items() if configured[name] == str(path)}
    if not files:
        return
    for path in files.values():
        path.unlink(missing_ok=True)  # the ports change each time
    arguments = ("sandbox", *files, "--port", "0", "--city", city, "--var", str(config.var))
    supervisor.start("sandboxes", fork_verb(*arguments), again=True)
    supervisor.wait_until(lambda: all(path.is_file() for path in files.values()), seconds=60)


def start_database(config: environment.Environment, own: Mapping[str, str], stack: ExitStack) -> EmbeddedServer:
    """Start the embedded database of the var folder and set its URLs in our environment."""
    with command_line.step("Database"):
        server = EmbeddedServer(config.var / "postgres", large=config.production)
        server.start()
        stack.callback(server.stop)
        os.environ.update(server.addresses())
        write_running_file(config.var / environment.RUNNING_FILE, {**own, **server.addresses()}, stack)
    return server


def fork_verb(*arguments: str) -> Callable[[], Child]:
    """Return a function that forks this process to run another verb."""
    from kini.cli.command import main

    return fork_process(partial(main, list(arguments)))


def sandbox_configuration(var: Path, providers: str) -> Path:
    """Path of the configuration that a sandbox server writes in a demo."""
    return var / providers / f"{providers}.toml"


def require_free_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise command_line.CommandError(
                f"port {port} on {host} cannot be used ({error.strerror}); choose another with --port."
            ) from None


def delete_city(var: Path) -> None:
    """Delete what `up` stores in a var folder, and nothing else."""
    for name in ("postgres", "files", "static", "signing", "satusehat", "open311", "demo.json"):
        path = var / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def lock_var_folder(var: Path) -> IO[str]:
    """Lock the var folder for this process.

    Raises:
        command_line.CommandError: when another process has locked it.
    """
    handle = (var / "kini.lock").open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        raise command_line.CommandError(
            f"another Kini is using {var}; stop it, or give another folder with --var."
        ) from None
    return handle


def write_running_file(path: Path, variables: Mapping[str, str], stack: ExitStack) -> None:
    """Write the environment of this city to a file for other commands, until this one ends."""
    path.touch(mode=0o600)
    path.write_text("".join(f"{name}={value}\n" for name, value in variables.items()), "utf-8")
    stack.callback(path.unlink, missing_ok=True)


def greet(options: argparse.Namespace, var: Path) -> None:
    address = server_address(options.host, options.port)
    print(f"\nKini is ready: {address}\n")
    if os.environ.get("KINI_DEMO") in ("1", "small"):
        people = json.loads((var / "demo.json").read_text("utf-8"))
        print(f"Demo sign-ins, one click each: {address}/demo/sign-in/")
        for person in people[:MOST_LISTED]:
            print(f"  {person.get('phone') or person['email']:<26} {person['name']}")
        if len(people) > MOST_LISTED:
            print(f"  ... and {len(people) - MOST_LISTED} more on that page")
    if os.environ.get("KINI_OUTBOX") == "1":
        print(f"Codes and messages are shown at {address}/outbox/")
    print("Ctrl-C stops it.", flush=True)
