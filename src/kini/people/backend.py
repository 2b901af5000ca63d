"""Authentication backend: allauth's, with a compiled query for the account of each request."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import QuerySet

from kini.core.database.fast_models import row_of
from kini.core.database.worded import Worded
from kini.people.models import User

_COLUMNS = [field.attname for field in User._meta.concrete_fields]


class Accounts(AuthenticationBackend):
    """allauth's backend; the account is loaded by a prepared statement."""

    def get_user(self, user_id: int) -> User | None:
        for row in _account(key=user_id):
            user = row_of(User, _COLUMNS, row)
            return user if self.user_can_authenticate(user) else None
        return None


@Worded
def _account(key: int) -> QuerySet[User, Any]:
    return User.objects.filter(pk=key).values_list(*_COLUMNS)
