"""Accounts of the robot: a resident with a complete profile, a second resident, officers of every agency."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from kini.city.models import Agency
from kini.city.public import pack
from kini.city.queries import lowest_level_areas
from kini.core.actors import system
from kini.core.models import OutboxMessage
from kini.people import actions, queries
from kini.people.models import User
from kini.people.public import contacts, demo_accounts, roles
from kini.robot.browser import Browser, CheckFailed
from kini.services.models import Service
from kini.services.public import example_national_id

BY = system("robot")
#: Numbers of the officers of an agency: who checked, who decided, who looks at an objection.
OFFICERS = (1, 2, 3)


@dataclass(slots=True)
class RobotAccount:
    """A signed-in user with a browser, which several threads may share."""

    user: User
    browser: Browser


@dataclass(slots=True)
class RobotAccounts:
    """All accounts of a run.

    Attributes:
        resident: has a complete profile and makes all applications.
        stranger: another resident, who must not see them.
        officers: by agency, officers with every role for the whole city: flows may ask for three of them (four eyes).
        outsider: officer of an agency without tested services.
    """

    resident: RobotAccount
    stranger: RobotAccount
    officers: dict[str, list[RobotAccount]]
    outsider: RobotAccount

    def requests(self) -> int:
        officers = chain.from_iterable(self.officers.values())
        return sum(p.browser.requests for p in (self.resident, self.stranger, self.outsider, *officers))


def create_accounts(address: str, services: Iterable[Service]) -> RobotAccounts:
    """Create all accounts and sign them in: residents by code, officers by the demo sign-in."""
    agencies = {service.agency_id: service.agency for service in services}
    elsewhere = Agency.objects.exclude(pk__in=agencies).first() or Agency.objects.create(
        id="robot-elsewhere", name={"": "Elsewhere"}, short_name="Elsewhere"
    )
    officers = {agency.pk: [create_officer(agency, number) for number in OFFICERS] for agency in agencies.values()}
    officers[elsewhere.pk] = [create_officer(elsewhere)]
    users = list(chain.from_iterable(officers.values()))
    listed = [{"name": f"Robot {user.email}", "role": "officer", "email": user.email} for user in users]
    demo_accounts.demo_accounts_path().parent.mkdir(parents=True, exist_ok=True)
    demo_accounts.demo_accounts_path().write_text(json.dumps(listed), "utf-8")
    accounts = {pk: [RobotAccount(u, sign_in_with_demo(address, u)) for u in users] for pk, users in officers.items()}
    (outsider,) = accounts.pop(elsewhere.pk)
    return RobotAccounts(create_resident(address, 1), create_resident(address, 2), accounts, outsider)


def create_officer(agency: Agency, number: int = 1) -> User:
    """Create an officer of the agency with every role of the pack."""
    user = actions.open_account(by=BY, contact=contacts.Contact("email", f"{agency.pk}-{number}@robot.example"))
    officer = actions.create_officer(by=BY, user=user, agency=agency, name=f"Robot {agency.short_name} {number}")
    for role in roles():
        actions.grant_role(by=BY, officer=officer, role=role)
    return user


def sign_in_with_demo(address: str, user: User) -> Browser:
    browser = Browser(address)
    page = browser.get("/demo/sign-in/")
    browser.send(page.form("/demo/sign-in/"), {"person": str(user.email)})
    return browser


def create_resident(address: str, number: int) -> RobotAccount:
    """Create a resident by first sign-in with a code, and fill in the profile."""
    browser, email = Browser(address), f"resident-{number}@robot.example"
    page = browser.send(browser.get("/sign-in/").form("/sign-in/"), {"contact": email})
    message = OutboxMessage.objects.filter(recipient=email).latest("at")
    code = re.search(r"\b\d{6}\b", message.text)
    if code is None:
        raise CheckFailed(f"the message to {email} holds no code of six digits")
    inputs = [form for form in page.forms() if "code" in form.data]
    browser.send(inputs[0], {"code": code.group()})
    area = lowest_level_areas()[0][1][0]
    profile = browser.get("/me/profile/")
    saved = browser.send(
        profile.form("/me/profile/"),
        {
            "name": f"Robot {'AB'[number - 1]}",
            "number": example_national_id(pack.current().national_id, number + 900),
            "address": "1",
            "area": area.pk,
        },
    )
    if saved.shows_errors:
        raise CheckFailed(f"the profile was not saved: {saved.text('//*[@role="alert"]')}")
    user = User.objects.get(email=email)
    card = {"document": "identity-card", "reason": "Shown by the robot"}
    actions.prove_at_counter(by=BY, resident=queries.resident_of(user), **card)
    return RobotAccount(user, browser)
