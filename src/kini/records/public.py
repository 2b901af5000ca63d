"""Public names of this room beside its models, actions, queries, rules and events."""

from kini.records.access import EMERGENCY as EMERGENCY
from kini.records.access import ReadDenied as ReadDenied
from kini.records.access import facilities_of as facilities_of
from kini.records.access import log_read as log_read
from kini.records.access import may_read as may_read
from kini.records.access import readable as readable
from kini.records.access import require_read as require_read
from kini.records.access import visible as visible
from kini.records.consent_purposes import ConsentPurpose as ConsentPurpose
from kini.records.consent_purposes import consent_purposes as consent_purposes
from kini.records.health_sections import Code as Code
from kini.records.health_sections import HealthEntry as HealthEntry
from kini.records.health_sections import HealthSection as HealthSection
from kini.records.health_sections import Immunization as Immunization
from kini.records.health_sections import Problem as Problem
from kini.records.health_sections import Subject as Subject
from kini.records.health_sections import TestResult as TestResult
from kini.records.health_sections import health_sections as health_sections
from kini.records.permissions import MemberRole as MemberRole
from kini.records.permissions import RecordPermission as RecordPermission
from kini.records.policies import AccessPolicy as AccessPolicy
from kini.records.policies import policies as policies
from kini.records.policies import policy_of as policy_of
from kini.records.policies import register_policy as register_policy
from kini.records.rules import Door as Door
from kini.records.rules import Doors as Doors
