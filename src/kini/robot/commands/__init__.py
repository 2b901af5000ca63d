"""Verbs of the robot."""

from kini.core.command_line import Verb

VERBS = {
    "check services": Verb("kini.robot.commands.check_services", "play every service over HTTP, to every outcome"),
    "shots": Verb("kini.robot.commands.screenshots", "take screenshots of the main pages of a demo city"),
}
