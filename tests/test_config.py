"""Settings come from the environment, and a fault names its variable."""

import traceback
from pathlib import Path

import pytest

from service.access import policy_of
from service.assembly import open_store
from service.config import SAMPLE, Settings
from service.errors import SettingError, WirecheckError


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
        ("WIRECHECK_API_KEYS_REQUIRED", "perhaps", "Not a valid boolean"),
        ("WIRECHECK_RATE_PER_KEY", "many", "not a rate such as 120/minute, or off"),
        ("WIRECHECK_RATE_PER_ADDRESS", "0/minute", "lets nothing through"),
        ("WIRECHECK_RATE_PER_ADDRESS", "5/second;9/minute", "not a rate"),
        ("WIRECHECK_RATE_STORAGE", "paper://drawer", "Not a storage: give memory://"),
        ("WIRECHECK_CORS_ORIGINS", "*", "without a path and without *"),
        ("WIRECHECK_CORS_ORIGINS", "null", "not an origin"),
        ("WIRECHECK_CORS_ORIGINS", "https://desk.example,https://*.example", "https://*.example"),
        ("WIRECHECK_CORS_ORIGINS", "https://desk.example/", "not an origin"),
        ("WIRECHECK_HOSTS", "https://news.example", "leave scheme, port"),
        ("WIRECHECK_HOSTS", "news.example:443", "leave scheme, port"),
        ("WIRECHECK_HOSTS", "*.example", "leave scheme, port"),
        ("WIRECHECK_PROXIES", "11", "10"),
    ],
)
def test_a_bad_value_names_the_variable_and_the_limit(name: str, value: str, words: str):
    with pytest.raises(SettingError, match=name) as caught:
        Settings.from_env({name: value})
    assert words in str(caught.value)


def test_an_unknown_name_gets_a_suggestion():
    with pytest.raises(SettingError, match="WIRECHECK_WORKRES is not a setting: did you mean WIRECHECK_WORKERS"):
        Settings.from_env({"WIRECHECK_WORKRES": "2"})


def test_access_is_read_in_its_usual_form():
    settings = Settings.from_env(
        {
            "WIRECHECK_API_KEYS_REQUIRED": "false",
            "WIRECHECK_RATE_PER_KEY": "off",
            "WIRECHECK_RATE_PER_ADDRESS": " 30 per Minute ",
            "WIRECHECK_CORS_ORIGINS": " https://Desk.example:443, chrome-extension://abc ,https://desk.example,",
            "WIRECHECK_HOSTS": "News.example, [2001:db8::1]",
        }
    )
    assert settings.api_keys_required is False
    assert (settings.rate_per_key, settings.rate_per_address) == ("", "30 per minute")
    assert settings.cors_origins == ("https://desk.example", "chrome-extension://abc")
    assert settings.hosts == ("news.example", "2001:db8::1")
    assert Settings.from_env({}).api_keys_required is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WIRECHECK_RATE_STORAGE", "paper://desk:s3cret@host"),
        ("WIRECHECK_RATE_STORAGE", "redis://desk:s3cret@host:6379"),  # the package may be missing, or the value good
        ("WIRECHECK_RATE_STORAGE", "redis://desk:s3cret@host:port"),
        ("WIRECHECK_RATE_STORAGE", "rediss://desk:a@s3cret@[host"),
        ("WIRECHECK_RATE_STORAGE", "redis+sentinel://desk:s3cret@host"),
        ("WIRECHECK_RATE_STORAGE", "memcached://desk:s3cret@host"),
        ("WIRECHECK_RATE_STORAGE", "desk:s3cret"),
        *(
            (name, value)
            for name in ("WIRECHECK_DATABASE_URL", "WIRECHECK_READ_DATABASE_URL")
            for value in (
                "mysql://desk:s3cret@host/db", "postgresql://desk:s3cret@host:port/db",
                "postgresql:/desk:s3cret@host/db", "postgresql://desk:a@s3cret@host/db", "desk:s3cret@host",
            )
        ),
        ("WIRECHECK_DATABASE_URL", "postgresql://desk:s3cret@host"),
        ("WIRECHECK_READ_DATABASE_URL", "postgresql://a/db,postgresql://desk:a@s3cret@host/db"),
    ],
)  # fmt: skip
def test_no_password_is_told_by_what_is_wrong_with_its_setting(name: str, value: str):
    """Nor by the errors that it came from: a worker that cannot start logs them all."""
    try:
        settings = Settings.from_env({name: value})
    except SettingError as error:
        assert name in str(error)
        assert "s3cret" not in "".join(traceback.format_exception(error))
    else:
        assert name == "WIRECHECK_RATE_STORAGE" and value.endswith(":6379")
        assert "s3cret" not in repr(settings)


def test_settings_with_passwords_are_not_shown():
    urls = {name: "postgresql://desk:s3cret@host/db" for name in ("database_url", "read_database_url")}
    settings = Settings(rate_storage="redis://desk:s3cret@host", **urls)
    assert "s3cret" not in repr(settings) + repr(policy_of(settings))


def test_a_server_that_is_not_there_is_named_without_its_password():
    settings = Settings(database_url="postgresql://desk:s3cret@127.0.0.1:1/db?password=s3cret&connect_timeout=1")
    with pytest.raises(WirecheckError) as caught:
        open_store(settings)
    assert "s3cret" not in "".join(traceback.format_exception(caught.value))
