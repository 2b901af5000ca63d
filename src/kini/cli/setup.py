"""Django for the verbs that need it."""

import os

import django

from kini.cli import console
from kini.core import environment


def django_ready(*, local: bool = False) -> None:
    """Set Django up.

    Args:
        local: for verbs that touch no database of a city, so that they need no secrets.

    Raises:
        console.Fault: when the environment does not allow it.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kini.settings")
    if local:
        os.environ.setdefault("KINI_ENV", "local")
    try:
        django.setup()
    except environment.EnvironmentFault as fault:
        raise console.Fault(str(fault)) from None
