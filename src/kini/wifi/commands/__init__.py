"""Verbs of the Wi-Fi."""

from kini.core.command_line import Needs, Verb

VERBS = {
    "wifi import": Verb(
        "kini.wifi.commands.import_sites", "import Wi-Fi sites and access points (CSV, GeoJSON)", Needs.DATABASE
    ),
    "wifi generate": Verb("kini.wifi.commands.generate", "generate Wi-Fi sites over the city", Needs.DATABASE),
    "wifi plan": Verb(
        "kini.wifi.commands.plan", "choose places where new access points serve most people", Needs.DATABASE
    ),
    "wifi vouchers": Verb("kini.wifi.commands.create_vouchers", "create or withdraw voucher codes", Needs.DATABASE),
    "wifi device": Verb(
        "kini.wifi.commands.admit_device", "admit a device without sign-in, or block it", Needs.DATABASE
    ),
    "wifi radius": Verb(
        "kini.wifi.commands.freeradius", "write, check and run the configuration of FreeRADIUS", Needs.DATABASE
    ),
    "wifi collect": Verb(
        "kini.wifi.commands.collect", "load FreeRADIUS's accounting into the database", Needs.DATABASE
    ),
    "wifi simulate": Verb("kini.wifi.commands.simulate", "generate a month of Wi-Fi use, of any size", Needs.DATABASE),
    "wifi served": Verb("kini.wifi.commands.served", "show the network's usage on closed days", Needs.DATABASE),
}
