"""Verbs of the vaccination room."""

from kini.core.command_line import Needs, Verb

VERBS = {
    "demo vaccination": Verb(
        "kini.vaccination.commands.demo_campaign", "fill a demo with a made-up campaign, or remove it", Needs.DATABASE
    ),
    "check vaccination": Verb(
        "kini.vaccination.commands.check_vaccination", "compare appointments with the stock of vaccines", Needs.DATABASE
    ),
    "verify": Verb(
        "kini.vaccination.commands.verify_certificate", "verify a health certificate (HC1, SMART)", Needs.DATABASE
    ),
    "verify trust": Verb(
        "kini.vaccination.commands.load_lists",
        "load, list or remove trusted keys, revocations and rules of certificates",
        Needs.DATABASE,
    ),
}
