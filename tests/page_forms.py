"""The forms of a page, filled in as a browser without script finds them."""

from __future__ import annotations

from html.parser import HTMLParser

from tests.accounts import BROWSER

TICKS = {"checkbox", "radio"}


class PageForm:
    """Where a form goes, and what it sends untouched; `choices`: what each of its selects offers."""

    def __init__(self, action):
        self.action, self.values, self.names, self.choices = action, {}, set(), {}

    def take(self, name, value):
        self.values.setdefault(name, []).append(value)


class FormReader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms, self.form, self.select = [], None, ""

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        name = given.get("name", "")
        if tag == "form":
            self.form = PageForm(given.get("action", ""))
            self.forms.append(self.form)
        elif self.form is not None and name:
            self.form.names.add(name)
        if self.form is None:
            return
        if tag == "input" and name and (given.get("type") not in TICKS or "checked" in given):
            self.form.take(name, given.get("value") or "")
        elif tag == "select":
            self.select = name
            self.form.choices[name] = []
        elif tag == "option" and self.select:
            self.form.choices[self.select].append(given["value"] or "")
            if "selected" in given:
                self.form.values[self.select] = [given["value"] or ""]

    def handle_endtag(self, tag):
        if tag == "select" and self.select:
            self.form.values.setdefault(self.select, self.form.choices[self.select][:1])
            self.select = ""
        elif tag == "form":
            self.form = None


def forms(client, path):
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code == 200, answer.text
    reader = FormReader()
    reader.feed(answer.text)
    return reader.forms


def submit(client, path, action, **filled):
    """The first form of a page with this action, sent as it is but for the fields that are filled in."""
    form = next(form for form in forms(client, path) if form.action == action)
    assert set(filled) <= form.names, f"{action} has no {set(filled) - form.names}"
    return client.post(action, data=form.values | filled, headers=BROWSER)
