"""A first-time user applies for a birth certificate on a phone within three minutes."""

from tests.journeys import walks
from tests.journeys.pace import Pace

THREE_MINUTES = 180


def test_a_newcomer_asks_for_a_birth_certificate_in_three_minutes(person, stock):
    someone = person()
    walk = walks.Walk(someone, Pace(someone.page), stock, person)
    walk.set_out()
    walks.first_birth_certificate(walk)
    assert walk.pace.seconds < THREE_MINUTES, f"{walk.pace}: {walk.pace.read}"
