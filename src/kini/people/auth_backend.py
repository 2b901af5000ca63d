"""Authentication backend: allauth's, with a compiled query for the account of each request."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import QuerySet

from kini.core.database.compiled_queries import CompiledQuery
from kini.core.database.fast_models import hydrate
from kini.people.models import User

_COLUMNS = [field.attname for field in User._meta.concrete_fields]


class AccountBackend(AuthenticationBackend):
    """allauth's backend; the account is loaded by a prepared statement."""

    def get_user(self, user_id: int) -> User | None:
        for row in _account(key=user_id):
            user = hydrate(User, _COLUMNS, row)
            return user if self.user_can_authenticate(user) else None
        return None


@CompiledQuery
def _account(key: int) -> QuerySet[User, Any]:
    return User.objects.filter(pk=key).values_list(*_COLUMNS)
