"""Registration of tracing in other rooms: access, permissions, persons, navigation."""

from django.utils.translation import gettext_lazy as _

from kini.epidemic.permissions import EpidemicPermission
from kini.epidemic.tracing import jobs, personal_data, retention  # noqa: F401 -- jobs register themselves
from kini.epidemic.tracing.models import Contact
from kini.people.public import (
    OnMerge,
    PersonReference,
    access_purposes,
    access_types,
    has_permission,
    permission_filters,
    register_reference,
)
from kini.records.public import AccessPolicy, register_policy
from kini.records.rules import Doors
from kini.web.navigation import NavItem, navigation

#: Type of reads in the access log, and their purpose.
ACCESS_TYPE = PURPOSE = "contact-tracing"


def register() -> None:
    """Register everything once; called by the room's registration."""
    access_types.register(ACCESS_TYPE, _("Data about you as a contact of a case of illness was opened"))
    access_purposes.room_purposes.register(PURPOSE, _("Contact tracing"))
    register_policy(
        AccessPolicy(
            name="epidemic-contact",
            model=Contact,
            label=_("Contact of a case record"),
            doors=Doors(area=EpidemicPermission.TRACE_CONTACTS),
            purposes=(PURPOSE,),
            access_type=ACCESS_TYPE,
            columns=permission_filters.ScopeColumns(service=""),
            reference="reference",
        )
    )
    register_reference(PersonReference(Contact, on_merge=OnMerge.MOVE_OR_STAY))
    personal_data.register()
    retention.register()
    traces = has_permission(EpidemicPermission.TRACE_CONTACTS)
    item = NavItem("epidemic:desk-tracing", _("Contacts"), "people", 30, "desk", _("Health"), visible=traces)
    navigation.register("desk-tracing", item)
