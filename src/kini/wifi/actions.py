"""All writes of the room, as jobs, commands and the demo call them."""

from kini.wifi.accounting.actions import anonymize_day, collect_packets, destroy_pseudonym_keys, rotate_keys
from kini.wifi.devices.actions import (
    LONGEST_REASON,
    block,
    block_device,
    forget_device,
    lift_block,
    register_device,
    sign_out,
)
from kini.wifi.health.actions import check_health, link_fault_report, record_heartbeat, update_availability
from kini.wifi.inventory.actions import assign_sample_addresses, create_demo_points, create_sample_points, import_points
from kini.wifi.planning.actions import PLAN_JOB, delete_plan, finish_plan, request_plan, start_plan
from kini.wifi.portal.actions import sign_in
from kini.wifi.radius.actions import REVIEW_JOB, grant_radius_access, load_policies, reauthorize_sessions, record_review
from kini.wifi.usage.actions import close_day, count_usage, prepare_day
from kini.wifi.vouchers.actions import create_vouchers, withdraw_vouchers

__all__ = [
    "LONGEST_REASON",
    "PLAN_JOB",
    "REVIEW_JOB",
    "anonymize_day",
    "assign_sample_addresses",
    "block",
    "block_device",
    "check_health",
    "close_day",
    "collect_packets",
    "count_usage",
    "create_demo_points",
    "create_sample_points",
    "create_vouchers",
    "delete_plan",
    "destroy_pseudonym_keys",
    "finish_plan",
    "forget_device",
    "grant_radius_access",
    "import_points",
    "lift_block",
    "link_fault_report",
    "load_policies",
    "prepare_day",
    "reauthorize_sessions",
    "record_heartbeat",
    "record_review",
    "register_device",
    "request_plan",
    "rotate_keys",
    "sign_in",
    "sign_out",
    "start_plan",
    "update_availability",
    "withdraw_vouchers",
]
