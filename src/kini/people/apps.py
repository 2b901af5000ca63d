from django.apps import AppConfig
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: Help for officers, by the page of the desk.
DESK_HELP = {
    "people:desk-duplicates": _(
        "Records that may be of one person, the likeliest first. Compare them masked, and merge only what you "
        "are sure of. A merge can be undone; two different national numbers are never merged."
    ),
}


class PeopleConfig(AppConfig):
    name = "kini.people"
    label = "people"
    verbose_name = _("People")

    def ready(self) -> None:
        from kini.api.auth import scopes
        from kini.api.operations import ApiModule, api_modules
        from kini.city.public import pack_checks
        from kini.core.chain import Chain, chains
        from kini.core.database import key_rotation
        from kini.exchange.public import destinations
        from kini.people import (  # noqa: F401 -- receivers
            actions,
            api,
            hash_rotation,
            nearby,
            oauth_validator,
            personal_data,
            retention,
            signals,
        )
        from kini.people.access_purposes import check_access
        from kini.people.guards import has_permission
        from kini.people.identity_registers.base import DESTINATION, register_adapters
        from kini.people.identity_registers.civil_registry import CivilRegistry
        from kini.people.identity_registers.destination import RegisterDestination
        from kini.people.models import PersonIdentifier, Resident
        from kini.people.permissions import PeoplePermission, register_permissions
        from kini.people.persons import personal_data as persons_personal_data
        from kini.people.persons import retention as persons_retention
        from kini.people.persons.person_references import OnMerge, PersonReference, register_reference
        from kini.people.roles import check_roles
        from kini.web.desk_help import register_help
        from kini.web.home import HomeSection, home_sections
        from kini.web.navigation import NavItem, navigation

        columns = (
            "id",
            "resident_id",
            "at",
            "officer_id",
            "what",
            "purpose",
            "reason",
            "reference",
            "object_id",
            "day",
            "reader",
        )
        destinations.register(DESTINATION, RegisterDestination())
        chains.register("looks", Chain("people_accesslog", columns, at="at", keep_days=365))
        changes = (
            "id",
            "resident_id",
            "at",
            "level",
            "previous",
            "cause",
            "officer_id",
            "register",
            "evidence",
            "reason",
            "successor_id",
            "dispute",
        )
        # Never removed: the newest row holds the current level, and an erased profile keeps its history.
        chains.register("assurance", Chain("people_assurancechange", changes))
        register_permissions(PeoplePermission)
        key_rotation.register_action("profiles", actions.rotate_keys)
        key_rotation.rotations.register("identity numbers", hash_rotation.rotate)
        retention.register()
        personal_data.register()
        persons_retention.register()
        persons_personal_data.register()
        register_reference(PersonReference(Resident, on_merge=OnMerge.STAY))
        taken = _("Both records have a number of which a person has only one. End the wrong one first.")
        register_reference(PersonReference(PersonIdentifier, refusal=taken))
        pack_checks.register("people.roles", check_roles)
        pack_checks.register("people.access", check_access)
        scopes.register(api.SCOPE.name, api.SCOPE)
        oauth_validator.install()
        register_adapters.register("civil-registry", CivilRegistry)
        api_modules.register("people", ApiModule("Yourself", api.router))
        home_sections.register("near", HomeSection(order=10, render=nearby.home_section, place="aside"))
        register_help(DESK_HELP)
        navigation.register("people-bottom", NavItem("people:me", _("Me"), "person", order=50, place="bottom"))
        merges = has_permission(PeoplePermission.MERGE_PERSONS)
        double = NavItem(
            "people:desk-duplicates", _("Double persons"), "people", 48, "desk", _("Agency"), visible=merges
        )
        navigation.register("desk-duplicates", double)
        own: tuple[tuple[str, Promise, str, str | Promise], ...] = (
            ("people:me", _("Me"), "person", ""),
            ("people:profile", _("Profile"), "id-card", _("Name, number, address, phone")),
            ("people:family", _("Family"), "people", _("For whom you may act")),
            ("mfa_index", _("Security"), "lock", _("Passkeys and codes of an app")),
            ("people:programs", _("Programs"), "services", _("What you allowed to act in your name")),
            ("people:sessions", _("Where I am signed in"), "phone", _("Your devices, and signing out there")),
            ("people:access-log", _("Who looked at my data"), "eye", _("Who opened what, when and why")),
        )
        for order, (url, label, icon, note) in enumerate(own):
            navigation.register(f"{url}-account", NavItem(url, label, icon, order * 10, "account", note=note))
