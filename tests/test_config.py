"""Settings come from the environment, and a fault names its variable."""

from pathlib import Path

import pytest

from service.config import SAMPLE, Settings
from service.errors import SettingError


def test_defaults_serve_the_sample_on_loopback():
    settings = Settings.from_env({})
    assert (settings.host, settings.port, settings.articles) == ("127.0.0.1", 8000, SAMPLE)
    assert settings.store_url.endswith("/.wirecheck/wirecheck.sqlite3")


def test_an_empty_value_counts_as_unset():
    assert Settings.from_env({"WIRECHECK_PORT": ""}).port == 8000


def test_values_are_read(tmp_path: Path):
    settings = Settings.from_env({"WIRECHECK_PORT": "9001", "WIRECHECK_ARTICLES": str(tmp_path), "OTHER": "x"})
    assert settings.port == 9001
    assert settings.articles == tmp_path


def test_cores_are_shared_out_among_workers():
    one, many = Settings.from_env({}), Settings.from_env({"WIRECHECK_WORKERS": "64"})
    assert many.threads == 1 <= one.threads


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("WIRECHECK_PORT", "http", "Not a valid integer"),
        ("WIRECHECK_PORT", "70000", "65535"),
        ("WIRECHECK_WORKERS", "0", "1"),
        ("WIRECHECK_ARTICLES", "/nowhere/at/all", "not a folder"),
    ],
)
def test_a_bad_value_names_the_variable_and_the_limit(name: str, value: str, words: str):
    with pytest.raises(SettingError, match=name) as caught:
        Settings.from_env({name: value})
    assert words in str(caught.value)


def test_an_unknown_name_gets_a_suggestion():
    with pytest.raises(SettingError, match="WIRECHECK_WORKRES is not a setting: did you mean WIRECHECK_WORKERS"):
        Settings.from_env({"WIRECHECK_WORKRES": "2"})
