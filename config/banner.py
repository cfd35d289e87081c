"""What `make run` says once it serves: where, and what to do first."""

from __future__ import annotations

import shlex

from config.settings import Settings

SAID_AGAIN = ("INSTANCE_DIR", "HOST", "PORT")
FIRST_LOOK = "/first-look/"


def banner(settings: Settings, first_look: str) -> str:
    """The lines; `first_look` is the token of the link that ends them, or empty where there is none."""
    site = f"http://{settings.HOST}:{settings.PORT}"
    lines = [f"Mingus is at {site}"]
    if not settings.production:
        create = command(settings, "accounts create --email you@example.com --role admin")
        lines.append(f"Create the first admin: {create}")
    if not settings.SMTP_HOST:
        lines.append(f"Emails are saved as files in {settings.INSTANCE_DIR / 'outbox'}, because SMTP_HOST is not set")
    if first_look:
        lines.append(f"Dashboards: {site}{FIRST_LOOK}{first_look}")
    return "".join(f"{line}\n" for line in lines)


def command(settings: Settings, words: str) -> str:
    """A `flask` command for this installation, with the settings that a shell without them would miss."""
    fields = type(settings).model_fields
    missed = [name for name in SAID_AGAIN if getattr(settings, name) != fields[name].default]
    environ = [f"{name}={shlex.quote(str(getattr(settings, name)))}" for name in missed]
    return " ".join([*environ, ".venv/bin/flask", words])
