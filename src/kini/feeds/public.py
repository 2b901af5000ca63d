"""Public names of this room beside its models, actions, queries, rules, events and jobs."""

from kini.feeds import feed_config as feed_config
from kini.feeds import importer as importer
from kini.feeds.import_run import FileOrigin as FileOrigin
from kini.feeds.import_run import ImportRefused as ImportRefused
from kini.feeds.schema import Feed as Feed
