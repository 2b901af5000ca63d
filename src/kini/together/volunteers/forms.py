"""Forms of volunteers, organizers and officers."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.city import queries as city_queries
from kini.people.models import Resident
from kini.together.forms import HelpForm, day_field, number_field
from kini.together.volunteers.actions import NewActivity
from kini.together.volunteers.models import Activity

MOST_ROLES = 3


class SignUpForm(HelpForm):
    """Person who comes, somebody to call in an emergency, and a guardian's consent for a child."""

    resident = forms.ChoiceField(label=gettext_lazy("Who comes?"))
    emergency_contact = forms.CharField(
        label=gettext_lazy("Whom do we call in an emergency?"), max_length=200,
        help_text=gettext_lazy("Name and phone number. The organizers see it during the shift only."),
    )  # fmt: skip
    birth_date = day_field(gettext_lazy("Birth date of the one who comes"), required=False)
    consent = forms.BooleanField(
        label=gettext_lazy("Somebody below 18 comes: I am the guardian, and I agree."), required=False
    )

    def __init__(self, *arguments: Any, people: list[Resident], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.people = {str(each.pk): each for each in people}
        if all(each.birth_date for each in people):
            del self.fields["birth_date"]
        names = [(pk, each.name or _("I")) for pk, each in self.people.items()]
        self.fields["resident"].choices = names  # type: ignore[attr-defined]
        if len(names) == 1:
            del self.fields["resident"], self.fields["consent"]

    def clean_resident(self) -> Resident:
        """Return the chosen member of the family."""
        return self.people[self.cleaned_data["resident"]]


class CheckInForm(HelpForm):
    """The code that is shown at the place."""

    code = forms.CharField(
        label=gettext_lazy("Code, six digits"), max_length=10,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
        help_text=gettext_lazy("It is shown at the place. Ask the organizers."),
    )  # fmt: skip


class ObjectionForm(HelpForm):
    """Words against a recorded absence."""

    words = forms.CharField(label=gettext_lazy("What is wrong?"), max_length=240)


class AttendanceForm(HelpForm):
    """Minutes of somebody who came."""

    minutes = number_field(
        gettext_lazy("Minutes"), min_value=0, required=False, help_text=gettext_lazy("Empty: the whole shift.")
    )


class ScreeningForm(HelpForm):
    """A paper about a volunteer, with its days."""

    contact = forms.CharField(label=gettext_lazy("Phone or e-mail of the volunteer's account"), max_length=120)
    paper = forms.CharField(label=gettext_lazy("Kind and number of the paper"), max_length=120)
    valid_from = day_field(gettext_lazy("Valid from"))
    valid_until = day_field(gettext_lazy("Valid until"))


class MemberForm(HelpForm):
    """Account of a new member."""

    contact = forms.CharField(label=gettext_lazy("Phone or e-mail of the account"), max_length=120)


class ActivityForm(HelpForm):
    """An activity with days, times and roles."""

    name = forms.CharField(label=gettext_lazy("Name of the activity"), max_length=120)
    about = forms.CharField(
        label=gettext_lazy("What do volunteers do, and what do they bring?"), max_length=1000, widget=forms.Textarea
    )
    area = forms.CharField(label=gettext_lazy("Area"), max_length=80)
    meeting_point = forms.CharField(label=gettext_lazy("Where do they meet?"), max_length=240)
    first_day = day_field(gettext_lazy("First day"))
    last_day = day_field(
        gettext_lazy("Last day"), required=False, help_text=gettext_lazy("Empty: it takes place once.")
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Repeated on"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(number + 1, name) for number, name in WEEKDAYS.items()],
    )  # fmt: skip
    every_weeks = number_field(gettext_lazy("Every how many weeks"), min_value=1, max_value=8, initial=1)
    begins = forms.TimeField(label=gettext_lazy("From"), widget=forms.TimeInput({"type": "time"}))
    ends = forms.TimeField(label=gettext_lazy("Until"), widget=forms.TimeInput({"type": "time"}))
    minimum_age = number_field(gettext_lazy("Youngest age"), min_value=0, max_value=80, initial=0)
    with_children = forms.BooleanField(
        label=gettext_lazy("Work with children: only for volunteers who were screened"), required=False
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for number in range(1, MOST_ROLES + 1):
            first = number == 1
            label = _("Role %(number)d") % {"number": number}
            self.fields[f"role-{number}"] = forms.CharField(label=label, max_length=60, required=first)
            count = _("Volunteers in role %(number)d") % {"number": number}
            self.fields[f"count-{number}"] = number_field(count, min_value=1, max_value=1000, required=first)
            for name in (f"role-{number}", f"count-{number}"):
                self.fields[name].widget.attrs["class"] = "input"

    def clean(self) -> dict[str, Any]:
        """Resolve the area, and give each role a number."""
        data: dict[str, Any] = super().clean() or {}
        if typed := data.get("area"):
            data["area"] = city_queries.area_by_name(typed)
            if data["area"] is None:
                self.add_error("area", ValidationError(_("There is no area of this name. Check the spelling.")))
        for number in range(2, MOST_ROLES + 1):
            if bool(data.get(f"role-{number}")) != bool(data.get(f"count-{number}")):
                self.add_error(f"count-{number}", ValidationError(_("Enter both: the role and how many it needs.")))
        return data

    def activity(self) -> NewActivity:
        """The activity that was entered."""
        data = self.cleaned_data
        minutes = _minutes(data["begins"], data["ends"])
        weekdays, last_day = tuple(data["weekdays"]), data["last_day"] or data["first_day"]
        names = ("name", "about", "area", "meeting_point", "first_day", "begins", "every_weeks", "minimum_age")
        values = {name: data[name] for name in names}
        return NewActivity(
            **values, last_day=last_day, minutes=minutes, weekdays=weekdays, with_children=data["with_children"]
        )

    def roles(self) -> dict[str, int]:
        """Numbers of volunteers by role."""
        data = self.cleaned_data
        numbers = range(1, MOST_ROLES + 1)
        return {data[f"role-{n}"].strip(): data[f"count-{n}"] for n in numbers if data.get(f"role-{n}")}


class ActivityChangeForm(ActivityForm):
    """The same without roles, which stay."""

    def __init__(self, *arguments: Any, activity: Activity, **options: Any) -> None:
        names = ("name", "about", "meeting_point", "first_day", "last_day", "weekdays", "every_weeks", "begins")
        initial: dict[str, Any] = {name: getattr(activity, name) for name in (*names, "minimum_age", "with_children")}
        ends = datetime.combine(date(2000, 1, 1), activity.begins) + timedelta(minutes=activity.minutes)
        super().__init__(*arguments, initial=initial | {"area": activity.area.name, "ends": ends.time()}, **options)
        for name in [each for each in self.fields if each.startswith(("role-", "count-"))]:
            del self.fields[name]


def _minutes(begins: Any, ends: Any) -> int:
    """Minutes from one time to another, over midnight if the second one is not later."""
    one, other = begins.hour * 60 + begins.minute, ends.hour * 60 + ends.minute
    return int((other - one) % 1440) or 1440
