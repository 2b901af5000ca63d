"""Every write about people, by story: accounts, residents and families, counters, officers, keys."""

from kini.people.actions.accounts import (
    change_contact as change_contact,
    confirm_phone as confirm_phone,
    note_sign_in as note_sign_in,
    open_account as open_account,
    remove_unused_accounts as remove_unused_accounts,
)
from kini.people.actions.counter import (
    find_or_create_resident as find_or_create_resident,
    join_account as join_account,
    log_look as log_look,
    release_number as release_number,
)
from kini.people.actions.keys import rotate_keys as rotate_keys
from kini.people.actions.officers import (
    create_officer as create_officer,
    deactivate_officer as deactivate_officer,
    grant_role as grant_role,
    withdraw_role as withdraw_role,
)
from kini.people.actions.residents import (
    add_family_member as add_family_member,
    edit_family_member as edit_family_member,
    ensure_resident as ensure_resident,
    remove_family_member as remove_family_member,
    save_profile as save_profile,
)
from kini.people.keeping import Details as Details, NumberTaken as NumberTaken
