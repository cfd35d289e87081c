"""The release that runs: what a setting says, else the Git commit, else the version of the project."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
COMMIT = re.compile(r"[0-9a-f]{40}")
SHORT = 12


@cache
def release_of(project: Path = PROJECT) -> str:
    """Read once per process, without starting Git."""
    commit = _commit(project / ".git")
    if commit:
        return commit[:SHORT]
    version: str = tomllib.loads((project / "pyproject.toml").read_text())["project"]["version"]
    return version


def _commit(git: Path) -> str:
    """The commit that is checked out; empty where there is no repository."""
    if git.is_file():  # a second working tree
        git = (git.parent / git.read_text().removeprefix("gitdir:").strip()).resolve()
    head = _text(git / "HEAD")
    if not head.startswith("ref: "):
        return head if COMMIT.fullmatch(head) else ""
    reference = head.removeprefix("ref: ")
    common = git / (_text(git / "commondir") or ".")
    for folder in (git, common):
        if COMMIT.fullmatch(commit := _text(folder / reference)):
            return commit
    packed = re.search(rf"(?m)^([0-9a-f]{{40}}) {re.escape(reference)}$", _text(common / "packed-refs"))
    return packed[1] if packed else ""


def _text(file: Path) -> str:
    try:
        return file.read_text().strip()
    except (FileNotFoundError, NotADirectoryError):
        return ""
