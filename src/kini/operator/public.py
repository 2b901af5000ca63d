"""Public names of this room beside its models, actions, queries, rules, events and jobs."""

from kini.operator.environment import OperatorEnvironment as OperatorEnvironment
from kini.operator.read_only_admin import COLUMN_LABELS as COLUMN_LABELS
from kini.operator.read_only_admin import ReadOnlyAdmin as ReadOnlyAdmin
from kini.operator.site import site as site
