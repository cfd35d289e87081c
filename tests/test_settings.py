"""Settings are read once; a bad value stops the start and says which."""

from __future__ import annotations

import stat

import pytest

from config.settings import InvalidSettings, Settings

LONG = "k" * 40
BAD = {
    "PORT": "seven",
    "TIMEZONE": "Mars/Base",
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
    assert "Value error" not in str(stopped.value)


def test_production_has_no_default_secret(tmp_path):
    with pytest.raises(InvalidSettings, match="SECRET_KEY is required in production"):
        Settings.from_env({"MINGUS_ENV": "production", "INSTANCE_DIR": str(tmp_path)})


def test_a_short_secret_is_refused():
    with pytest.raises(InvalidSettings, match="at least 32"):
        Settings.from_env({"SECRET_KEY": "short"})


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
