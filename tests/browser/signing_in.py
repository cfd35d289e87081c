"""Signing in as a person does, field by field."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.accounts import MadeAccount


def sign_in_by_hand(page: Page, account: MadeAccount) -> None:
    """From the page that asks who one is; through the second factor, if there is one."""
    page.get_by_label("Email address").fill(account.email)
    page.get_by_label("Password", exact=True).fill(account.password)
    page.get_by_role("button", name="Sign in").click()
    if account.totp_secret:
        page.get_by_label("Code").fill(account.code())
        page.get_by_role("button", name="Continue").click()
    expect(account_menu(page)).to_be_visible()


def account_menu(page: Page) -> Locator:
    """The button of the menu that only somebody who is signed in has."""
    return page.locator("#user > summary")


def sign_out(page: Page) -> None:
    account_menu(page).click()
    page.get_by_role("button", name="Sign out", exact=True).click()
