"""Verbs of the program as a whole."""

from kini.core.command_line import Needs, Verb

VERBS = {
    "up": Verb("kini.cli.up", "start the whole city on this machine"),
    "test": Verb("kini.cli.test_runner", "install what the tests need and run them"),
    "check mutants": Verb("kini.cli.check_mutants", "change the code and report what no test notices"),
    "env": Verb("kini.cli.environment", "list the variables of the environment"),
    "registries": Verb("kini.cli.registries", "list the registries that rooms and plug-ins fill"),
    "plugin new": Verb("kini.cli.plugin_new", "write a new plug-in, with page, table and tests", Needs.SETTINGS),
    "plugin migrations": Verb("kini.cli.plugin_migrations", "write the migrations of a plug-in", Needs.DATABASE),
    "check health": Verb("kini.cli.check_health", "find what does not work: worker, sources, keys", Needs.DATABASE),
    "check retention": Verb("kini.cli.check_retention", "report data past its term, and data on hold", Needs.DATABASE),
    "check datasets": Verb("kini.cli.check_datasets", "compare data sets with their manifests", Needs.SETTINGS),
    "backup": Verb("kini.cli.backup", "write the whole city to one encrypted file", Needs.DATABASE),
    "restore": Verb("kini.cli.restore", "restore a city from a backup and check it", Needs.NEW_DATABASE),
    "imports": Verb("kini.cli.imports", "list imports of tables, and undo one", Needs.DATABASE),
    "sandbox": Verb("kini.cli.sandbox", "sandboxes of outside systems, on loopback (part of up)", Needs.SETTINGS),
    "prepare": Verb("kini.cli.prepare", "migrate the database and load the pack (part of up)", Needs.CITY),
    "worker": Verb("kini.cli.worker", "run background work (part of up)", Needs.CITY),
    "rotate-keys": Verb("kini.cli.rotate_keys", "encrypt and hash data of older keys again", Needs.DATABASE),
    "lock": Verb("kini.cli.lock", "write the lock files from pyproject.toml"),
    "texts": Verb("kini.cli.texts", "collect and compile the texts of the interface", Needs.SETTINGS),
    "release": Verb("kini.cli.release", "build a signed release archive with its SBOM"),
}
