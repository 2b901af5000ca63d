"""Permissions of officers in the epidemic room."""

from django.utils.translation import gettext_lazy as _

from kini.people.public import Permission


class EpidemicPermission(Permission):
    SEE_CASE_RECORDS = "see-case-records", _("see case records of the own area")
    SEE_FACILITY_RECORDS = "see-facility-records", _("see case records of the own facility")
    RECORD_CASES = "record-cases", _("record cases, tests and outcomes")
    TRACE_CONTACTS = "trace-contacts", _("trace contacts and follow them up")
    SEE_SURVEILLANCE = "see-surveillance", _("see figures, alerts and past states of an epidemic")
    REPORT_BEDS = "report-beds", _("report beds of a hospital")
    SEND_HEALTH_ALERTS = "send-health-alerts", _("send health alerts to residents of an area")
