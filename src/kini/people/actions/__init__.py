"""Actions of people: accounts, residents, families, counters, officers, operators, keys, OAuth clients."""

from kini.people.action_helpers import Details as Details
from kini.people.action_helpers import NumberTaken as NumberTaken
from kini.people.actions.access_log import (
    log_look as log_look,
)
from kini.people.actions.access_log import (
    log_outside_read as log_outside_read,
)
from kini.people.actions.access_log import (
    log_reads as log_reads,
)
from kini.people.actions.access_log import (
    report_unusual_access as report_unusual_access,
)
from kini.people.actions.accounts import (
    change_contact as change_contact,
)
from kini.people.actions.accounts import (
    confirm_phone as confirm_phone,
)
from kini.people.actions.accounts import (
    open_account as open_account,
)
from kini.people.actions.accounts import (
    record_sign_in as record_sign_in,
)
from kini.people.actions.accounts import (
    remove_unused_accounts as remove_unused_accounts,
)
from kini.people.actions.assurance import (
    prove_at_counter as prove_at_counter,
)
from kini.people.actions.assurance import (
    reassign_number as reassign_number,
)
from kini.people.actions.counter import (
    find_or_create_resident as find_or_create_resident,
)
from kini.people.actions.counter import (
    merge_into_account as merge_into_account,
)
from kini.people.actions.counter import (
    release_number as release_number,
)
from kini.people.actions.devices import (
    forget_device as forget_device,
)
from kini.people.actions.devices import (
    record_failed_sign_in as record_failed_sign_in,
)
from kini.people.actions.devices import (
    record_mfa_change as record_mfa_change,
)
from kini.people.actions.devices import (
    remember_device as remember_device,
)
from kini.people.actions.directory import (
    link_directory as link_directory,
)
from kini.people.actions.directory import (
    match_directory_officer as match_directory_officer,
)
from kini.people.actions.key_rotation import rotate_keys as rotate_keys
from kini.people.actions.legal_holds import (
    lift_legal_hold as lift_legal_hold,
)
from kini.people.actions.legal_holds import (
    place_legal_hold as place_legal_hold,
)
from kini.people.actions.merges import (
    find_duplicates as find_duplicates,
)
from kini.people.actions.merges import (
    look_at_pair as look_at_pair,
)
from kini.people.actions.merges import (
    mark_different as mark_different,
)
from kini.people.actions.merges import (
    merge_persons as merge_persons,
)
from kini.people.actions.merges import (
    unmerge_person as unmerge_person,
)
from kini.people.actions.oauth_clients import (
    authorize_client as authorize_client,
)
from kini.people.actions.oauth_clients import (
    issue_token as issue_token,
)
from kini.people.actions.oauth_clients import (
    mark_credential_used as mark_credential_used,
)
from kini.people.actions.oauth_clients import (
    register_client as register_client,
)
from kini.people.actions.oauth_clients import (
    remove_client as remove_client,
)
from kini.people.actions.oauth_clients import (
    replace_client_keys as replace_client_keys,
)
from kini.people.actions.oauth_clients import (
    revoke_client as revoke_client,
)
from kini.people.actions.oauth_clients import (
    revoke_token_family as revoke_token_family,
)
from kini.people.actions.office_days import (
    end_office_day as end_office_day,
)
from kini.people.actions.office_days import (
    open_office_day as open_office_day,
)
from kini.people.actions.office_days import (
    touch_office_day as touch_office_day,
)
from kini.people.actions.officers import (
    create_officer as create_officer,
)
from kini.people.actions.officers import (
    deactivate_officer as deactivate_officer,
)
from kini.people.actions.officers import (
    grant_role as grant_role,
)
from kini.people.actions.officers import (
    invite_officer as invite_officer,
)
from kini.people.actions.officers import (
    reactivate_officer as reactivate_officer,
)
from kini.people.actions.officers import (
    withdraw_role as withdraw_role,
)
from kini.people.actions.operators import (
    add_operator as add_operator,
)
from kini.people.actions.operators import (
    remove_operator as remove_operator,
)
from kini.people.actions.persons import NewIdentifier as NewIdentifier
from kini.people.actions.persons import (
    add_identifier as add_identifier,
)
from kini.people.actions.persons import (
    edit_person as edit_person,
)
from kini.people.actions.persons import (
    end_identifier as end_identifier,
)
from kini.people.actions.persons import (
    issue_temporary_identity as issue_temporary_identity,
)
from kini.people.actions.persons import (
    record_person as record_person,
)
from kini.people.actions.register_checks import (
    ask_register as ask_register,
)
from kini.people.actions.register_checks import (
    record_register_answer as record_register_answer,
)
from kini.people.actions.register_checks import (
    record_register_failure as record_register_failure,
)
from kini.people.actions.residents import (
    add_family_member as add_family_member,
)
from kini.people.actions.residents import (
    complete_profile as complete_profile,
)
from kini.people.actions.residents import (
    edit_family_member as edit_family_member,
)
from kini.people.actions.residents import (
    ensure_resident as ensure_resident,
)
from kini.people.actions.residents import (
    remove_family_member as remove_family_member,
)
from kini.people.actions.residents import (
    save_profile as save_profile,
)
from kini.people.actions.sessions import (
    end_other_sessions as end_other_sessions,
)
from kini.people.actions.sessions import (
    end_session as end_session,
)
