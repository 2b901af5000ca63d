"""Public names of this room beside its models, actions, queries, rules, events and jobs."""

from kini.satusehat.fhir.transaction import bundle_of as bundle_of
from kini.satusehat.fhir.vaccination import Vaccination as Vaccination
from kini.satusehat.fhir.vaccination import VaccineCodes as VaccineCodes
from kini.satusehat.fhir.vaccination import resources_of as resources_of
from kini.satusehat.sandbox import people as sandbox_people
from kini.satusehat.sandbox.master_data import kfa_vaccine as kfa_vaccine
from kini.satusehat.sandbox.server import Sandbox as Sandbox
from kini.satusehat.sandbox.server import configure as configure
from kini.satusehat.sandbox.server import server as server
from kini.satusehat.sandbox.store import Store as Store
from kini.satusehat.satusehat_client import SatusehatClient as SatusehatClient

__all__ = [
    "Sandbox",
    "SatusehatClient",
    "Store",
    "Vaccination",
    "VaccineCodes",
    "bundle_of",
    "configure",
    "kfa_vaccine",
    "resources_of",
    "sandbox_people",
    "server",
]
