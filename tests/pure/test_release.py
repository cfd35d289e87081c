"""The release that errors and log lines name: the Git commit, wherever Git keeps it, else the version."""

from __future__ import annotations

import pytest

from config.release import release_of

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def project(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "3.2.1"\n')
    return tmp_path


def write(folder, **files):
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", "-")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_without_a_repository_it_is_the_version(project):
    assert release_of(project) == "3.2.1"


@pytest.mark.parametrize(
    "files",
    [
        {"HEAD": f"{COMMIT}\n"},
        {"HEAD": "ref: refs/heads/main\n", "refs__heads__main": f"{COMMIT}\n"},
        {"HEAD": "ref: refs/heads/main\n", "packed_refs": f"# pack-refs\n{COMMIT} refs/heads/main\n"},
    ],
)
def test_with_a_repository_it_is_the_commit(project, files):
    write(project / ".git", **files)

    assert release_of(project) == COMMIT[:12]


def test_a_second_working_tree_has_a_commit_of_its_own(project):
    write(project / "main", HEAD="ref: refs/heads/main", refs__heads__side=COMMIT)
    write(project / "main" / "worktrees" / "side", HEAD="ref: refs/heads/side\n", commondir="../..\n")
    (project / ".git").write_text("gitdir: main/worktrees/side\n")

    assert release_of(project) == COMMIT[:12]
