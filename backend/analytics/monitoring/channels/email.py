"""Email: the same message as text and as HTML."""

from __future__ import annotations

from html import escape

from backend.analytics.monitoring.channels.message import Message, Part
from backend.mail.letter import Words

# Mail programs drop style sheets, so each element brings its own.
FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;font-size:16px;line-height:1.5"
CELL = "padding:2px 16px 2px 0;vertical-align:top;text-align:left"


def words(message: Message, site: str) -> Words:
    return Words(" ".join(message.headline.split()), _text(message, site), _html(message, site))


def _text(message: Message, site: str) -> str:
    paragraphs = [_text_of(part, is_alone=len(message.parts) == 1) for part in message.parts]
    if message.more:
        paragraphs.append(f"{message.more} See all alerts:\n{message.all_url}")
    return "\n\n".join([*paragraphs, f"Mingus\n{site}"]) + "\n"


def _text_of(part: Part, *, is_alone: bool) -> str:
    lines = [] if is_alone else [part.headline]
    lines += [f"{name}: {value}" for name, value in part.facts]
    lines += ["", "What happened:", part.explain_url]
    return "\n".join([*lines, "", "Silence this alert:", part.silence_url] if part.silence_url else lines)


def _html(message: Message, site: str) -> str:
    parts = "".join(_html_of(part) for part in message.parts)
    more = f"<p>{escape(message.more)} {_link(message.all_url, 'See all alerts')}</p>" if message.more else ""
    title = escape(message.headline)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>'
        f'<body style="{FONT};margin:24px"><h1 style="font-size:20px;margin:0 0 16px">{title}</h1>'
        f"{parts}{more}<p>Mingus<br>{_link(site, site)}</p></body></html>\n"
    )


def _html_of(part: Part) -> str:
    rows = "".join(
        f'<tr><th style="{CELL};font-weight:600">{escape(name)}</th><td style="{CELL}">{escape(value)}</td></tr>'
        for name, value in part.facts
    )
    silence = f" &nbsp; {_link(part.silence_url, 'Silence this alert')}" if part.silence_url else ""
    return (
        f'<h2 style="font-size:16px;margin:16px 0 4px">{escape(part.headline)}</h2>'
        f'<table role="presentation" style="border-collapse:collapse;{FONT}">{rows}</table>'
        f"<p>{_link(part.explain_url, 'What happened')}{silence}</p>"
    )


def _link(url: str, word: str) -> str:
    return f'<a href="{escape(url)}">{escape(word)}</a>'
