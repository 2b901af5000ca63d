"""Public names of this room beside its models, actions, queries, rules, events and jobs."""

from kini.satusehat.sandbox import people as sandbox_people
from kini.satusehat.sandbox.master_data import kfa_vaccine as kfa_vaccine
from kini.satusehat.sandbox.server import Sandbox as Sandbox
from kini.satusehat.sandbox.server import configure as configure
from kini.satusehat.sandbox.server import server as server
from kini.satusehat.sandbox.store import Store as Store

__all__ = ["Sandbox", "Store", "configure", "kfa_vaccine", "sandbox_people", "server"]
