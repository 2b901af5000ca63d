"""`./kini operator`: add, list, remove, and error messages."""

import argparse

import pytest

from kini.core import command_line
from kini.people.commands import operators
from kini.people.models import Operator

pytestmark = pytest.mark.django_db
ADDRESS = "operator@example.com"


def say(*words: str) -> int:
    parser = argparse.ArgumentParser()
    operators.arguments(parser)
    return operators.run(parser.parse_args(words))


def test_operators_come_and_go(capsys):
    for _turn in range(2):
        assert say("add", ADDRESS) == 0
    assert Operator.objects.count() == 1
    assert say("list") == 0
    assert "o•••@example.com" in capsys.readouterr().out
    assert say("remove", ADDRESS) == 0
    assert not Operator.objects.exists()


def test_what_cannot_be_done_is_one_sentence():
    with pytest.raises(command_line.CommandError, match="Check the e-mail address"):
        say("add", "nobody@")
    with pytest.raises(command_line.CommandError, match="no account signs in with that"):
        say("remove", "stranger@example.com")
    say("add", ADDRESS)
    say("remove", ADDRESS)
    with pytest.raises(command_line.CommandError, match="operator"):
        say("remove", ADDRESS)
