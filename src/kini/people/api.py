"""API: the person a token acts for, and their family."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from kini.api.auth import Scope, principal_of
from kini.api.operations import Out, Router
from kini.people import queries
from kini.people.assurance_levels import Level, level_name
from kini.people.models import FamilyTie
from kini.people.token_auth import RequireScope

router = Router()
SCOPE = Scope("profile:read", _("See your name and for whom in your family you may apply"))


class Person(Out):
    """A person for whom the account may apply."""

    id: int = Field(description="Send it as `for_person`.")
    name: str
    relation: str = Field(description="self, child, spouse, parent, grandparent, sibling, relative or ward")


class MeOut(Out):
    """The owner of the token, and the persons they may apply for."""

    id: int
    name: str
    assurance: Level = Field(
        description="Level of identity assurance: typed, counter (proved with a card) or register."
    )
    people: list[Person] = Field(description="The owner first, then family members without an account of their own.")


@router.get("/me", needs=RequireScope(SCOPE.name))
def read_me(request: HttpRequest) -> MeOut:
    """Return the person the token acts for, and their family."""
    own = queries.own_profile(principal_of(request).actor)
    oneself = Person(id=own.pk, name=own.name, relation="self")
    ties = queries.family_of(own).filter(member__user__isnull=True)
    level = level_name(own.assurance)
    return MeOut(id=own.pk, name=own.name, assurance=level, people=[oneself, *map(_person, ties)])


def _person(tie: FamilyTie) -> Person:
    return Person(id=tie.member_id, name=tie.member.name, relation=tie.relation)
