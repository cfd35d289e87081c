"""Settings are read once; a bad value stops the start and says which."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

from config.settings import PROJECT, InvalidSettings, Settings

PLACES = Path(__file__).parent / "data" / "GeoIP2-City-Test.mmdb"
LONG = "k" * 40
NO_FOLDER = "/proc/x"
BAD = {
    "INSTANCE_DIR": NO_FOLDER,
    "LAKE_URL": "ftp://x",
    "DUCKDB_MEMORY": "0MB",
    "RATE_LIMIT_MEMBER": "5",
    "LOG_LEVEL": "LOUD",
    "PORT": "seven",
    "BUSINESS_TIME_ZONE": "Mars/Base",
    "WEB_WORKERS": "0",
    "SECRET_KEY": "short",
    "DATABASE_URL": "mysql://x",
    "REDIS_URL": "nonsense",
    "GEOIP_FILE": "/nowhere.mmdb",
    "ANALYTICS_PLUGINS": "os.nope",
}


def test_every_bad_value_is_named_at_once():
    with pytest.raises(InvalidSettings) as stopped:
        Settings.from_env(BAD)

    assert all(f"  {name} " in str(stopped.value) for name in BAD)
    assert not re.search(r"Value error|Input|String|pattern", str(stopped.value))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"PORT": "seven"}, "PORT must be a whole number from 1 to 65535"),
        ({"PORT": "70000"}, "PORT must be a whole number from 1 to 65535"),
        ({"EVENTS_QUEUE_LIMIT": "0"}, "EVENTS_QUEUE_LIMIT must be a whole number, at least 1"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL must be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ({"DUCKDB_MEMORY": "2 gigs"}, "DUCKDB_MEMORY must be a number of MB or GB, such as 512MB or 2GB"),
        ({"RATE_LIMIT_MEMBER": "5"}, "RATE_LIMIT_MEMBER must be a number for a while, such as 100/minute, or empty"),
        ({"GEOIP_FILE": "Makefile"}, "GEOIP_FILE is not a file in MaxMind format"),
        ({"LAKE_URL": "ftp://x"}, "LAKE_URL must be a folder, or an object store that begins with one of s3://"),
        ({"INSTANCE_DIR": NO_FOLDER}, "INSTANCE_DIR is /proc/x, which cannot be written: No such file or directory"),
        ({"INSTANCE_DIR": "/dev/null"}, "INSTANCE_DIR is /dev/null, which is not a folder"),
    ],
)
def test_a_refusal_says_what_to_write(given, sentence, monkeypatch):
    monkeypatch.chdir(PROJECT)

    with pytest.raises(InvalidSettings) as stopped:
        Settings.from_env({"SECRET_KEY": LONG, **given})

    assert str(stopped.value).startswith(f"Mingus cannot start:\n  {sentence}")
    assert "\n" not in str(stopped.value).removeprefix("Mingus cannot start:\n")


@pytest.mark.parametrize("name", ["LAKE_URL", "GEOIP_FILE", "INSTANCE_DIR"])
def test_a_good_place_is_taken(name, tmp_path):
    good = {"LAKE_URL": "s3://bucket/lake", "GEOIP_FILE": str(PLACES), "INSTANCE_DIR": str(tmp_path / "new")}

    assert str(getattr(Settings.from_env({"SECRET_KEY": LONG, name: good[name]}), name)) == good[name]


def test_production_has_no_default_secret(tmp_path):
    with pytest.raises(InvalidSettings, match="SECRET_KEY is required in production"):
        Settings.from_env({"MINGUS_ENV": "production", "INSTANCE_DIR": str(tmp_path)})


def test_a_short_secret_is_refused():
    with pytest.raises(InvalidSettings, match="at least 32"):
        Settings.from_env({"SECRET_KEY": "short"})


def test_a_master_key_with_a_comma_is_refused():
    with pytest.raises(InvalidSettings, match="MASTER_KEY must not hold a comma"):
        Settings.from_env({"SECRET_KEY": LONG, "MASTER_KEY": f"{LONG},"})


def test_development_makes_one_secret_and_keeps_it(tmp_path):
    first = Settings.from_env({"INSTANCE_DIR": str(tmp_path)})
    second = Settings.from_env({"INSTANCE_DIR": str(tmp_path)})

    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 32
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("name", "scheme"), [("SECRET_KEY", ""), ("DATABASE_URL", "postgresql+psycopg://"), ("REDIS_URL", "redis://")]
)
def test_secrets_are_never_printed(name, scheme):
    settings = Settings.from_env({"SECRET_KEY": LONG, name: f"{scheme}canary-{LONG}"})

    assert "canary" not in repr(settings)


def test_a_refusal_does_not_repeat_the_secret():
    with pytest.raises(InvalidSettings) as stopped:
        Settings.from_env({"SECRET_KEY": "canary", "PORT": "canary-port"})

    assert "canary" not in str(stopped.value)


def test_the_instance_folder_is_made_where_it_was_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    settings = Settings.from_env({"SECRET_KEY": LONG, "INSTANCE_DIR": "var/mingus"})

    assert str(settings.INSTANCE_DIR) == f"{tmp_path}/var/mingus"
    assert settings.INSTANCE_DIR.is_dir()


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"GA4_MEASUREMENT_ID": "G-1"}, "GA4_API_SECRET is of use only together"),
        ({"GA4_API_SECRET": "s"}, "GA4_API_SECRET is of use only together"),
        ({"GA4_URL": "http://example.org/mp/collect"}, "GA4_URL must begin with https"),
        ({"GA4_URL": "https://example.org/mp/collect?a=b"}, "GA4_URL must begin with https"),
    ],
)
def test_forwarding_is_set_up_whole_or_not_at_all(given, reason):
    with pytest.raises(InvalidSettings, match=reason):
        Settings.from_env({"SECRET_KEY": LONG, **given})


PRODUCTION = {"MINGUS_ENV": "production", "SECRET_KEY": LONG, "MASTER_KEY": LONG, "AUDIT_KEY": LONG}
WHOLE = PRODUCTION | {"PUBLIC_URL": "https://mingus.example", "MASTER_KEY": "m" * 40, "AUDIT_KEY": "a" * 40}


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (PRODUCTION, "PUBLIC_URL is required in production"),
        ({**PRODUCTION, "PUBLIC_URL": "http://mingus.example"}, "PUBLIC_URL must be https:// and a host, without"),
        ({"PUBLIC_URL": "https://mingus.example/path"}, "PUBLIC_URL must be http:// or https:// and a host, without"),
        ({"PUBLIC_URL": "http://localhost:5000/"}, "without a path or a slash at the end"),
        ({"PUBLIC_URL": "javascript:alert(1)"}, "PUBLIC_URL must be http:// or https://"),
        ({"SMTP_HOST": "mail", "SMTP_SECURITY": "none", "SMTP_PASSWORD": "canary"}, "SMTP_PASSWORD would travel in"),
        ({"MAIL_FROM": "a@b.example, c@d.example"}, "MAIL_FROM must be one address"),
        ({"MAIL_FROM": "Mingus <a@b.example>\r\nBcc: c@d.example"}, "MAIL_FROM must be one address"),
        ({"MAIL_FROM": "<a@b.example"}, "MAIL_FROM must be one address"),
    ],
)
def test_letters_are_set_up_safely_or_not_at_all(given, reason):
    with pytest.raises(InvalidSettings, match=reason) as stopped:
        Settings.from_env({"SECRET_KEY": LONG, **given})

    assert "canary" not in str(stopped.value)


def test_production_refuses_one_value_for_several_keys():
    given = {**PRODUCTION, "PUBLIC_URL": "https://mingus.example"}

    with pytest.raises(InvalidSettings, match="SECRET_KEY and MASTER_KEY and AUDIT_KEY must be different") as stopped:
        Settings.from_env(given)
    assert LONG not in str(stopped.value)
    with pytest.raises(InvalidSettings, match="SECRET_KEY and AUDIT_KEY must be different"):
        Settings.from_env({**given, "MASTER_KEY": "m" * 40})
    assert Settings.from_env({**given, "MASTER_KEY": "m" * 40, "AUDIT_KEY": "a" * 40}).production


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("REDIS_ULR", "REDIS_ULR is not a Mingus setting and is ignored. Did you mean REDIS_URL?\n"),
        ("SMTP_USERNAME", "SMTP_USERNAME is not a Mingus setting and is ignored. Did you mean SMTP_USER?\n"),
        ("LAKE_FOLDER", "LAKE_FOLDER is not a Mingus setting and is ignored.\n"),
        ("HOSTNAME", ""),
        ("DATABASE_HOST", ""),
        ("XDG_RUNTIME_DIR", ""),
    ],
)
def test_a_name_that_is_like_a_setting_is_told(name, told, tmp_path, capsys):
    Settings.from_env({"SECRET_KEY": LONG, "MASTER_KEY": LONG, "INSTANCE_DIR": str(tmp_path), name: "x"})

    assert capsys.readouterr().err == told


def test_links_lead_to_this_machine_unless_a_site_is_named():
    assert Settings.from_env({"SECRET_KEY": LONG, "PORT": "5001"}).public_url == "http://127.0.0.1:5001"
    assert Settings.from_env({"SECRET_KEY": LONG, "MAIL_FROM": "a@b.example"}).MAIL_FROM == "a@b.example"


def test_a_new_master_key_is_told_of_and_one_that_is_there_is_not(tmp_path, capsys):
    made = [Settings.from_env({"INSTANCE_DIR": str(tmp_path)}).master_keys for _ in range(2)]

    assert made[0] == made[1]
    assert capsys.readouterr().err.count(f"Created a new master key, {tmp_path / 'master_key'}.") == 1


@pytest.mark.parametrize(
    ("given", "form"),
    [
        ({}, "text"),
        ({"LOG_FORMAT": "json"}, "json"),
        ({"LOG_FORMAT": ""}, "text"),
        (WHOLE, "json"),
        (WHOLE | {"LOG_FORMAT": "text"}, "text"),
    ],
)
def test_logs_are_for_people_in_development_and_for_programs_in_production(given, form, tmp_path):
    assert Settings.from_env({**given, "INSTANCE_DIR": str(tmp_path)}).log_format == form


@pytest.mark.parametrize(
    ("given", "local"),
    [
        ({}, True),
        ({"HOST": "localhost"}, True),
        ({"HOST": "[::1]"}, True),
        ({"HOST": "127.0.0.2"}, True),
        ({"HOST": "0.0.0.0"}, False),
        ({"HOST": "[::]"}, False),
        ({"HOST": "mingus.example"}, False),
        ({"HOST": ""}, False),
        ({"TRUSTED_PROXIES": "1"}, False),
        (WHOLE, False),
    ],
)
def test_only_a_development_server_that_nobody_else_reaches_is_local(given, local, tmp_path):
    assert Settings.from_env({**given, "INSTANCE_DIR": str(tmp_path)}).only_local is local
