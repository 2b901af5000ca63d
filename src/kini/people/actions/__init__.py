"""Actions of people: accounts, residents, families, counters, officers, operators, keys, OAuth clients."""

from kini.people.actions.access import (
    log_look as log_look,
)
from kini.people.actions.access import (
    log_reads as log_reads,
)
from kini.people.actions.access import (
    report_unusual as report_unusual,
)
from kini.people.actions.accounts import (
    change_contact as change_contact,
)
from kini.people.actions.accounts import (
    confirm_phone as confirm_phone,
)
from kini.people.actions.accounts import (
    note_sign_in as note_sign_in,
)
from kini.people.actions.accounts import (
    open_account as open_account,
)
from kini.people.actions.accounts import (
    remove_unused_accounts as remove_unused_accounts,
)
from kini.people.actions.assurance import (
    prove_at_counter as prove_at_counter,
)
from kini.people.actions.assurance import (
    settle_number as settle_number,
)
from kini.people.actions.counter import (
    find_or_create_resident as find_or_create_resident,
)
from kini.people.actions.counter import (
    join_account as join_account,
)
from kini.people.actions.counter import (
    release_number as release_number,
)
from kini.people.actions.devices import (
    forget_device as forget_device,
)
from kini.people.actions.devices import (
    note_failed_sign_in as note_failed_sign_in,
)
from kini.people.actions.devices import (
    note_second_step as note_second_step,
)
from kini.people.actions.devices import (
    remember_device as remember_device,
)
from kini.people.actions.directory import (
    find_directory_officer as find_directory_officer,
)
from kini.people.actions.directory import (
    link_directory as link_directory,
)
from kini.people.actions.holds import (
    lift_hold as lift_hold,
)
from kini.people.actions.holds import (
    place_hold as place_hold,
)
from kini.people.actions.keys import rotate_keys as rotate_keys
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
from kini.people.actions.programs import (
    allow_program as allow_program,
)
from kini.people.actions.programs import (
    issue_token as issue_token,
)
from kini.people.actions.programs import (
    register_program as register_program,
)
from kini.people.actions.programs import (
    remove_program as remove_program,
)
from kini.people.actions.programs import (
    replace_program_keys as replace_program_keys,
)
from kini.people.actions.programs import (
    revoke_family as revoke_family,
)
from kini.people.actions.programs import (
    stop_program as stop_program,
)
from kini.people.actions.programs import (
    use_credential as use_credential,
)
from kini.people.actions.registers import (
    ask_register as ask_register,
)
from kini.people.actions.registers import (
    note_register_answer as note_register_answer,
)
from kini.people.actions.registers import (
    note_register_silence as note_register_silence,
)
from kini.people.actions.residents import (
    add_family_member as add_family_member,
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
from kini.people.keeping import Details as Details
from kini.people.keeping import NumberTaken as NumberTaken
