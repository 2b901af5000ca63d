"""Self-assessment: rules of the disease files, score, pages without JavaScript, storage, and calibration."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import settings
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from kini.core import current_time, retention
from kini.core.config_files import ConfigErrors
from kini.epidemic.diseases.disease_files import check_diseases, disease_of, diseases
from kini.epidemic.prevention import assessment
from kini.epidemic.prevention.models import SelfAssessment
from kini.epidemic.prevention.registration import _services
from kini.epidemic.prevention.self_assessment_pages import rules_today
from kini.people.models import User
from tests.pagechecks import CheckedClient

ADDRESS = "/epidemic/self-assessment/covid-19/"
WELL = {"red_flags": "none", "symptoms": "none", "contact": "none", "at_risk": "no", "step": "2"}
ILL = WELL | {"symptoms": ["fever", "loss-of-smell"], "contact": "home"}


@pytest.fixture
def user(db: None) -> User:
    return User.objects.create_user(email="ill@town.example")


def test_every_disease_has_a_self_assessment_and_names_its_services() -> None:
    assert all(rules_today(disease) for disease in diseases().values())
    assert list(_services(Path(settings.CITY_PATH))) == ["covid-self-screening", "hospital-bed-availability"]


@pytest.mark.parametrize("name", ["covid-19", "dengue", "measles"])
@given(data=st.data())
def test_all_answers_lead_to_the_level_of_their_points(name: str, data: st.DataObject) -> None:
    disease, rules = disease_of(name), rules_today(disease_of(name))
    assert rules is not None
    symptoms = data.draw(st.lists(st.sampled_from([*rules.symptoms, assessment.NONE]), unique=True, min_size=1))
    answers: dict[str, Any] = {"symptoms": symptoms}
    for question, each in rules.questions.items():
        answers[question] = data.draw(st.sampled_from(list(each.options)))
    result = assessment.assess(disease, rules, answers)
    assert sum(each.points for each in result.scored) == result.points
    assert rules.fewest_points <= result.points <= rules.most_points
    reached = [level for level, each in rules.levels.items() if each.at_least <= result.points]
    assert result.level_id == reached[-1]
    flag = next(iter(disease.red_flags))
    assert assessment.assess(disease, rules, answers | {"red_flags": [flag, "none"]}).level_id == "emergency"


def _broken(tmp_path: Path, old: str, new: str) -> list[str]:
    """Errors of the disease file after a change."""
    for name in ("city.toml", "calendar.toml"):
        (tmp_path / name).write_bytes((Path(settings.CITY_PATH) / name).read_bytes())
    (tmp_path / "diseases").mkdir()
    source = (Path(settings.CITY_PATH) / "diseases" / "covid-19.yaml").read_text()
    assert old in source
    (tmp_path / "diseases" / "covid-19.yaml").write_text(source.replace(old, new))
    try:
        return [str(error) for error in check_diseases(tmp_path)]
    except ConfigErrors as error:
        return [str(each) for each in error.errors]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("symptoms: {fever: 2, cough: 1,", "symptoms: {fever: 2, breathless: 1,", '"breathless" is a red flag'),
        ("symptoms: {fever: 2, cough: 1,", "symptoms: {fever: 2, hiccups: 1,", '"hiccups" is none of symptoms'),
        ("at_least: 6", "at_least: 2", "each level begins at more points than the one before"),
        ("at_least: 6", "at_least: 60", "the last one can be reached"),
        ('phone: "119"', 'phone: "one"', "phone"),
        ("next_steps: [vaccination]", "next_steps: [prayer]", "next_steps"),
    ],
)
def test_contradictions_are_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert any(message in error for error in _broken(tmp_path, old, new))


def test_red_flags_come_first_and_lead_to_the_ambulance(client: CheckedClient, db: None) -> None:
    first = client.get(ADDRESS).content.decode()
    assert "breathless" in first
    assert "loss-of-smell" not in first
    result = client.post(ADDRESS, {"step": "1", "red_flags": ["breathless", "none"]}).content.decode()
    assert 'href="tel:119"' in result
    assert "Sesak napas" in result


def test_a_visitor_reads_which_answer_gave_which_points_and_nothing_is_stored(client: CheckedClient, db: None) -> None:
    second = client.post(ADDRESS, {"step": "1", "red_flags": "none"}).content.decode()
    assert '<input type="hidden" name="red_flags" value="none">' in second
    result = client.post(ADDRESS, ILL).content.decode()
    assert "Kemungkinan tinggi" in result
    assert "bukan diagnosis" in result
    assert "versi 1.0" in result
    assert '<td>Demam</td><td class="num">2</td>' in result
    assert "<strong>10</strong>" in result
    assert not SelfAssessment.objects.exists()


@pytest.mark.parametrize(
    "sent",
    [
        {"step": "1"},
        {"step": "2", "red_flags": "none"},
        WELL | {"symptoms": ["plague"]},
        WELL | {"contact": "yes"},
        WELL | {"name": "Somebody"},
        {"step": "x", "red_flags": "perhaps"},
        {"step": "²", "red_flags": "none"},
        {"step": "9" * 5000, "red_flags": "none"},
    ],
)
def test_wrong_answers_are_asked_again(client: CheckedClient, db: None, sent: Mapping[str, Any]) -> None:
    response = client.post(ADDRESS, sent)
    assert response.status_code == (422 if sent["step"] in ("1", "2") else 200)
    assert 'id="result"' not in response.content.decode()


def test_a_resident_finds_the_result_again_for_14_days_and_nobody_else_does(client: CheckedClient, user: User) -> None:
    client.force_login(user)
    response = client.post(ADDRESS, ILL)
    stored = SelfAssessment.objects.get()
    assert response["Location"] == f"/epidemic/self-assessment/results/{stored.pk}/"
    assert "Kemungkinan tinggi" in client.get(response["Location"]).content.decode()
    assert response["Location"] in client.get("/epidemic/self-assessment/").content.decode()
    stranger = Client()
    assert stranger.get(response["Location"]).status_code == 404
    stranger.force_login(User.objects.create_user(email="other@town.example"))
    assert stranger.get(response["Location"]).status_code == 404
    assert stranger.post(f"{response['Location']}delete/").status_code == 403
    rule = retention.rules.get("epidemic.self-assessments")
    with current_time.freeze(current_time.now() + timedelta(days=13)):
        assert retention.apply(rule) == 0
    with current_time.freeze(current_time.now() + timedelta(days=15)):
        assert retention.apply(rule) == 1
    assert not SelfAssessment.objects.exists()


def test_a_resident_deletes_a_result(client: CheckedClient, user: User) -> None:
    client.force_login(user)
    address = client.post(ADDRESS, WELL)["Location"]
    assert client.post(f"{address}delete/").status_code == 302
    assert not SelfAssessment.objects.exists()


def test_answers_are_encrypted(client: CheckedClient, user: User, query: Callable[[str], list[Any]]) -> None:
    client.force_login(user)
    client.post(ADDRESS, ILL)
    ((answers,),) = query("SELECT answers FROM epidemic_selfassessment")
    assert b"loss-of-smell" not in bytes(answers)


def test_the_old_address_leads_here(client: CheckedClient) -> None:
    assert client.get("/self-check/covid-self-screening/")["Location"] == ADDRESS
    assert client.get("/self-check/other/").status_code == 404
    assert client.get("/epidemic/self-assessment/plague/").status_code == 404


def test_the_model_behind_the_points_is_calibrated_on_synthetic_people() -> None:
    """Draw people from the unrounded coefficients (Menni et al. 2020), with signs that come together."""
    rules = rules_today(disease_of("covid-19"))
    assert rules is not None
    assert rules.model is not None
    random, size = np.random.default_rng(7), 200_000
    chance: Callable[[float], np.ndarray] = lambda share: random.random(size) < share  # noqa: E731
    smell = chance(0.06)
    taste = np.where(smell, chance(0.8), chance(0.01))
    signs = {"loss-of-smell": smell, "loss-of-taste": taste, "fever": chance(0.1), "cough": chance(0.15)}
    signs |= {"fatigue": chance(0.12), "muscle-pain": chance(0.1), "headache": chance(0.2), "sore-throat": chance(0.1)}
    home, elsewhere = chance(0.06), chance(0.08)
    effects = {"fever": 0.8, "cough": 0.31, "fatigue": 0.49, "muscle-pain": 0.4, "sore-throat": 0.4}
    logit = np.log(rules.model.at_zero / (1 - rules.model.at_zero)) + 1.75 * (smell | taste)
    logit = logit + sum(effect * signs[name] for name, effect in effects.items()) + np.where(home, 2.0, 1.2 * elsewhere)
    infected = random.random(size) < 1 / (1 + np.exp(-logit))
    points = sum(rules.symptoms[name] * has for name, has in signs.items()) + np.where(home, 5, 3 * elsewhere)
    shares: list[float] = []
    for value in np.unique(points):
        group = points == value
        if group.sum() >= 1_000:
            assert abs(infected[group].mean() - rules.model.probability(int(value))) < 0.05, value
    limits = [level.at_least for level in rules.levels.values()]
    for low, high in zip(limits, [*limits[1:], 100], strict=True):
        shares.append(infected[(points >= low) & (points < high)].mean())
    assert shares[0] < 0.04 < shares[1] < 0.12 < 0.2 < shares[2]
    assert abs(np.mean([rules.model.probability(int(each)) for each in points]) / infected.mean() - 1) < 0.1
