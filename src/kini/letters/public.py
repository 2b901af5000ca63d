"""Public names of this room beside its models, actions, queries, rules, events and jobs."""

from kini.letters import signing_keys as signing_keys
from kini.letters import typesetting as typesetting
from kini.letters.typesetting import template_folders as template_folders
