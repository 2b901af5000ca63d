"""Public names of this room beside its models, actions, queries, rules, events and jobs."""

from kini.vaccination.permissions import VaccinationPermission as VaccinationPermission
