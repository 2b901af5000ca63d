"""Public names of this room beside its models, actions, queries, rules, events and jobs."""

from kini.demo import access_log as access_log
from kini.demo import case_cloner as case_cloner
from kini.demo import cases as cases
from kini.demo import civil_register as civil_register
from kini.demo import people as people
from kini.demo import queries as queries
from kini.demo import satusehat as satusehat
