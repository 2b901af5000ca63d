"""Accounts of the robot: a resident with a complete profile, a second resident, officers of every agency."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from kini.city import pack
from kini.city.models import Agency
from kini.city.queries import lowest_level_areas
from kini.core.actors import system
from kini.core.models import OutboxMessage
from kini.people import actions, demo, queries
from kini.people.contacts import Contact
from kini.people.models import User
from kini.people.roles import roles
from kini.robot.browser import Broken, Browser
from kini.services.fields.identity import national_example
from kini.services.models import Service

BY = system("robot")


@dataclass(slots=True)
class Player:
    """A signed-in user with a browser, which several threads may share."""

    user: User
    browser: Browser


@dataclass(slots=True)
class Cast:
    """All accounts of a run.

    Attributes:
        resident: has a complete profile and makes all applications.
        stranger: another resident, who must not see them.
        officers: by agency, an officer with every role for the whole city.
        outsider: officer of an agency without tested services.
    """

    resident: Player
    stranger: Player
    officers: dict[str, Player]
    outsider: Player

    def requests(self) -> int:
        return sum(p.browser.requests for p in (self.resident, self.stranger, self.outsider, *self.officers.values()))


def hire(address: str, services: Iterable[Service]) -> Cast:
    """Create all accounts and sign them in: residents by code, officers by the demo sign-in."""
    agencies = {service.agency_id: service.agency for service in services}
    elsewhere = Agency.objects.exclude(pk__in=agencies).first() or Agency.objects.create(
        id="robot-elsewhere", name={"": "Elsewhere"}, short_name="Elsewhere"
    )
    officers = {agency.pk: engage(agency) for agency in [*agencies.values(), elsewhere]}
    listed = [{"name": f"Robot {pk}", "role": "officer", "email": user.email} for pk, user in officers.items()]
    demo.path().parent.mkdir(parents=True, exist_ok=True)
    demo.path().write_text(json.dumps(listed), "utf-8")
    players = {pk: Player(user, by_one_click(address, user)) for pk, user in officers.items()}
    outsider = players.pop(elsewhere.pk)
    return Cast(newcomer(address, 1), newcomer(address, 2), players, outsider)


def engage(agency: Agency) -> User:
    """Create an officer of the agency with every role of the pack."""
    user = actions.open_account(by=BY, contact=Contact("email", f"{agency.pk}@robot.example"))
    officer = actions.create_officer(by=BY, user=user, agency=agency, name=f"Robot {agency.short_name}")
    for role in roles():
        actions.grant_role(by=BY, officer=officer, role=role)
    return user


def by_one_click(address: str, user: User) -> Browser:
    browser = Browser(address)
    page = browser.get("/demo/sign-in/")
    browser.send(page.form("/demo/sign-in/"), {"person": str(user.email)})
    return browser


def newcomer(address: str, number: int) -> Player:
    """Create a resident by first sign-in with a code, and fill in the profile."""
    browser, email = Browser(address), f"resident-{number}@robot.example"
    page = browser.send(browser.get("/sign-in/").form("/sign-in/"), {"contact": email})
    message = OutboxMessage.objects.filter(recipient=email).latest("at")
    code = re.search(r"\b\d{6}\b", message.text)
    if code is None:
        raise Broken(f"the message to {email} holds no code of six digits")
    inputs = [form for form in page.forms() if "code" in form.data]
    browser.send(inputs[0], {"code": code.group()})
    area = lowest_level_areas()[0][1][0]
    profile = browser.get("/me/profile/")
    saved = browser.send(
        profile.form("/me/profile/"),
        {
            "name": f"Robot {'AB'[number - 1]}",
            "number": national_example(pack.current().national_id, number + 900),
            "address": "1",
            "area": area.pk,
        },
    )
    if saved.shows_errors:
        raise Broken(f"the profile was not saved: {saved.text('//*[@role="alert"]')}")
    user = User.objects.get(email=email)
    card = {"document": "identity-card", "reason": "Shown by the robot"}
    actions.prove_at_counter(by=BY, resident=queries.resident_of(user), **card)
    return Player(user, browser)
