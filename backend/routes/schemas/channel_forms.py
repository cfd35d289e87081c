"""The forms of a channel: one that is added, and one that is changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from pydantic import ValidationError

from backend.analytics.monitoring.channels.channel import ChannelKind, NewChannel
from backend.errors import FieldError, InvalidRequest
from backend.routes.schemas.alert_channels import ChannelBody, ChannelChange

Body = TypeVar("Body", bound=ChannelChange)
WRONG = {
    "kind": "Choose what kind of channel it is.",
    "name": "Enter a name of 1 to 80 characters on one line.",
    "minimum_severity": "Choose one from the list.",
    "address": "Enter an address that begins with https:// and names no port or user.",
    "key": "Enter the integration key of PagerDuty: 32 letters and digits.",
    "secret": "Enter 16 to 200 characters without spaces.",
}


def added_channel(form: Mapping[str, str]) -> NewChannel:
    """Raises InvalidRequest with every bad field."""
    return _parsed(ChannelBody, _fields(form) | {"kind": form.get("kind", "")}).channel()


def changed_channel(form: Mapping[str, str], kind: ChannelKind) -> NewChannel:
    """Raises InvalidRequest with every bad field. An address, key, or secret that is left empty stays as it is."""
    return _parsed(ChannelChange, _fields(form)).changed(kind)


def _fields(form: Mapping[str, str]) -> dict[str, object]:
    sealed = {name: text for name in ("address", "key", "secret") if (text := form.get(name, "").strip())}
    return {
        "name": form.get("name", "").strip(),
        "minimum_severity": form.get("minimum_severity", ""),
        "enabled": "enabled" in form,
        **sealed,
    }


def _parsed(kind: type[Body], fields: dict[str, object]) -> Body:
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        bad = dict.fromkeys(str(part["loc"][0]) for part in error.errors() if part["loc"])
        raise InvalidRequest([FieldError(name, WRONG.get(name, "This is not valid.")) for name in bad]) from None
