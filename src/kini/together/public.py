"""Public names of this room beside its models, actions, queries, rules, events and jobs."""

from kini.together.permissions import HelpPermission as HelpPermission
from kini.together.programmes import giving as giving
from kini.together.programmes import programmes as programmes
