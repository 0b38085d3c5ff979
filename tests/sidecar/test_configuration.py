"""`sidecar.toml`: defaults, overrides, and messages that say which key, what was expected and the remedy."""

from dataclasses import replace
from pathlib import Path

import pytest

from scoring.actions import ActionSettings
from sidecar.configuration_file import load
from sidecar.errors import ConfigurationError


def write(folder: Path, text: str) -> Path:
    file = folder / "sidecar.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_no_file_gives_defaults_that_fit_a_plain_org(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    configuration = load(None)
    assert not configuration.org.configured
    assert configuration.segments.by_type()["existing customer - upgrade"] == "Upsell"


def test_a_file_in_the_working_directory_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "[pull]\nbulk_threshold = 7\n")
    monkeypatch.chdir(tmp_path)
    assert load(None).pull.bulk_threshold == 7


def test_a_named_file_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"there is no such file. Remedy: .*init` write it"):
        load(tmp_path / "nowhere.toml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[org]\nusernam = "x"', r"unknown key org\.usernam: did you mean 'username'\?"),
        ("[orgs]\n", r"unknown key orgs: did you mean 'org'\?"),
        ('[mapping.opportunity]\nar = "X__c"', r"unknown key mapping\.opportunity\.ar: did you mean 'arr'\?"),
        ('[mapping.opportunity]\nzzz = "X__c"', r"known here: arr, predictors, type"),
        ("[pull]\nbulk_threshold = -1", r"pull\.bulk_threshold: .*greater than or equal to 0; received -1"),
        ('[pull]\nbulk_threshold = "many"', r"pull\.bulk_threshold: .*integer.*received 'many'"),
        ('[org]\napi_version = "latest"', r"org\.api_version"),
        ("[calendar]\nfiscal_year_start_month = 13", r"calendar\.fiscal_year_start_month"),
        (
            "[health.measures.utilisation]\nweight = -1",
            r"sidecar\.toml: health\.measures\.utilisation\.weight: received -1",
        ),
        ("[health.measures.utilisation]\nwieght = 1", r"utilisation\.wieght: unknown key; did you mean 'weight'"),
        ("[[health.measures.utilisation.targets]]\nproduct = 'X'", r"health\.measures\.utilisation\.targets\[0\]"),
        ("[health.measures.utilisation]\ntarget = 30", r"utilisation\.target: received 30; expected more than .* 40"),
        ("[health]\nusual_churn = 2.0", r"health\.usual_churn"),
        ("[actions]\nlikely = 2", r"actions\.likely: .*less than or equal to 1"),
        (
            '[org]\nusername = "x"',
            r"no consumer_key and no private_key_file.*Remedy: the consumer key stands in the app in Setup",
        ),
        ('[segments]\nrenew = ["New"]', r"the type 'New' stands under both Renew and Net New"),
        ("[org", r"not a TOML file: .*at end of document.*Remedy: correct it there"),
        (
            'segments = "x"',
            r"segments: Input should be a section: a line \[segments\], with keys below it; received 'x'",
        ),
        ('[service]\nalert_webhook = ""', r"service\.alert_webhook: the webhook is no address: expected https://"),
    ],
)
def test_a_bad_file_is_refused_with_the_place(tmp_path: Path, text: str, message: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(ConfigurationError, match=message) as caught:
        load(file)
    assert str(file) in str(caught.value)


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("SIDECAR_SERVIC__PORT", "1", r"names no section of the configuration: did you mean SIDECAR_SERVICE__"),
        ("SIDECAR_ZZZ__PORT", "1", r"sections are actions, .*write"),
        ("SIDECAR_SERVICE__PROT", "1", r"unknown key service\.prot: did you mean 'port'"),
        ("SIDECAR_SERVICE__PORT", "many", r"service\.port: .*integer.*received 'many'"),
        ("SIDECAR_SLACK__WEBHOOKS", "{", r'field "slack"\. Remedy: .* takes JSON, such as SIDECAR_SLACK__WEBHOOKS='),
    ],
)
def test_a_bad_variable_is_refused_with_its_place(
    variable: str, value: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigurationError, match=f"the environment: .*{message}"):
        load(None)
    with pytest.raises(ConfigurationError, match=message):
        load(write(tmp_path, ""))


@pytest.mark.parametrize(
    "text",
    [
        "[mail]\npassword = 20202020",
        '[mail]\npassword = ["20202020"]',
        'mail = "20202020"',
        '[slack]\nwebhooks = ["https://hooks.slack.com/services/T/B/20202020"]',
        '[slack.webhooks]\nlea = ["https://hooks.slack.com/services/T/B/20202020"]',
        '[slack.webhooks]\nlea = "hooks.slack.com/services/T/B/20202020"',
        '[service]\nalert_webhook = "hooks.slack.com/services/T/B/20202020"',
        "[console]\nconsumer_secret = 20202020",
    ],
)
def test_a_secret_of_the_wrong_kind_is_not_in_the_message(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"Input should be|is no address") as caught:
        load(write(tmp_path, text))
    assert "20202020" not in str(caught.value)


def test_paths_are_meant_from_the_file_s_own_folder(tmp_path: Path) -> None:
    file = write(tmp_path, '[org]\nusername = "x"\nconsumer_key = "k"\nprivate_key_file = "keys/a.pem"')
    assert load(file).org.private_key_file == tmp_path / "keys" / "a.pem"


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIDECAR_WRITE__PROBABILITY_STEP", "2.5")
    file = write(tmp_path, "[write]\nprobability_step = 4\nmoney_step = 9\n")
    configuration = load(file)
    assert configuration.write.probability_step == 2.5
    assert configuration.write.money_step == 9


def test_actions_are_called_for_as_usual_unless_the_file_says_otherwise(tmp_path: Path) -> None:
    usual, asked = (
        ActionSettings(**load(write(tmp_path, text)).actions.model_dump())
        for text in ("", '[actions]\ncommit_category = "Upside"\n')
    )
    assert usual == ActionSettings()
    assert asked == replace(usual, commit_category="Upside")
