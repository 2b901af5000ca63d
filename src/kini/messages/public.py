"""Public names of this room beside its models, actions, queries, rules, events and jobs."""

from kini.messages.channels.base import Accepted as Accepted
from kini.messages.delivery_schedule import DELIVER_JOB as DELIVER_JOB
from kini.messages.message_texts import FILE as FILE
from kini.messages.message_texts import load_message_settings as load_message_settings
from kini.messages.message_texts import message_settings as message_settings
from kini.messages.message_types import MessageType as MessageType
from kini.messages.message_types import message_types as message_types
from kini.messages.providers.configuration import configured_providers as configured_providers
from kini.messages.recipients import Recipient as Recipient
from kini.messages.replies import fallback_handlers as fallback_handlers
from kini.messages.replies import reply_handlers as reply_handlers
