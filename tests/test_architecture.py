"""The walls of the house: each test keeps one promise of its plan."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import threading
import tomllib
from pathlib import Path

import pytest

from app import create_app
from backend.analytics.ai_calculator_analytics import AiCalculatorAnalytics
from backend.plugins import KEY, AnalyticsPlugin, Health, Registry, load
from backend.routes.access import access_of
from config.settings import Settings
from tests.conftest import make_settings
from tests.servers import PROJECT

TRACKED = subprocess.run(["git", "ls-files"], cwd=PROJECT, check=True, capture_output=True, text=True).stdout.split()
SOURCES = [PROJECT / name for name in TRACKED if name.endswith(".py") and not name.startswith("migrations/versions")]
PRODUCT = [path for path in SOURCES if path.relative_to(PROJECT).parts[0] in {"app", "backend", "config"}]
PAGE = (PROJECT / "docs" / "architecture.md").read_text()
FORBIDDEN_NAMES = {"utils", "helpers", "manager", "common", "v2"}


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def relative(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def place(path: Path, node: ast.stmt | ast.ExceptHandler) -> str:
    return f"{relative(path)}:{node.lineno}"


@pytest.mark.parametrize("redis", ["", "redis://127.0.0.1:9/0"])
def test_creating_the_app_starts_nothing(tmp_path, redis):
    threads = threading.active_count()

    app = create_app(make_settings(tmp_path, STATSD_HOST="127.0.0.1", REDIS_URL=redis))

    assert threading.active_count() == threads
    assert list(tmp_path.iterdir()) == []
    assert not app.extensions[KEY].build(AiCalculatorAnalytics).health().ok


def test_the_founding_imports_work(app):
    from backend.analytics.ai_calculator_analytics import ai_calculator_analytics
    from backend.analytics.ai_calculator_dashboard import ai_calculator_dashboard
    from backend.analytics.ai_calculator_performance import ai_calculator_performance
    from backend.database import get_db_session
    from backend.routes.analytics_routes import analytics_bp

    with app.app_context():
        assert ai_calculator_analytics.name == "ai_calculator_analytics"
        assert ai_calculator_dashboard.name == "ai_calculator_dashboard"
        assert ai_calculator_performance.name == "ai_calculator_performance"
        assert get_db_session().is_active
    assert analytics_bp.url_prefix == "/api/analytics"


def test_every_route_declares_its_access(app):
    undeclared = [rule.rule for rule in app.url_map.iter_rules() if not access_of(app.view_functions[rule.endpoint])]

    assert undeclared == []


def test_every_public_route_says_why(app):
    silent = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if (access := access_of(app.view_functions[rule.endpoint])) and access.scope is None and not access.reason
    ]

    assert silent == []


def test_a_route_that_declares_no_access_is_refused(app):
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")

    assert app.test_client().get("/forgotten").status_code == 403


def test_routes_hold_no_try_and_no_jsonify():
    routes = [path for path in PRODUCT if relative(path).startswith("backend/routes/")]
    routes = [path for path in routes if "schemas" not in path.parts and path.name != "caller.py"]
    tries = [place(path, node) for path in routes for node in ast.walk(tree(path)) if isinstance(node, ast.Try)]

    assert routes
    assert not tries, tries
    assert [relative(path) for path in routes if "jsonify(" in path.read_text()] == []


BACKGROUND = "backend/jobs/attempt.py"


def broad_handlers(path):
    """Every `except` that answers to anything."""
    handlers = [node for node in ast.walk(tree(path)) if isinstance(node, ast.ExceptHandler)]
    broad = {None, "Exception", "BaseException"}
    return [h for h in handlers if (ast.unparse(h.type) if h.type else None) in broad]


def test_nothing_catches_everything():
    elsewhere = [path for path in PRODUCT if relative(path) != BACKGROUND]
    broad = [place(path, handler) for path in elsewhere for handler in broad_handlers(path)]

    assert not broad, broad


def test_background_work_catches_everything_in_one_place_and_logs_it():
    [handler] = broad_handlers(PROJECT / BACKGROUND)

    assert ast.unparse(handler.type) == "Exception"
    assert ast.unparse(handler.body[0]).startswith("logger.exception(")


def test_no_file_or_function_outgrows_its_reader():
    """House style: a file stops at 400 lines, a function at 40, a test at 35."""
    files = [relative(path) for path in SOURCES if len(path.read_text().splitlines()) > 400]
    functions = [place(path, function) for path in SOURCES for function in too_long(path)]

    assert not files, files
    assert not functions, functions


def too_long(path: Path) -> list[ast.FunctionDef]:
    longest = 35 if relative(path).startswith("tests/") else 40
    functions = [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef)]
    return [function for function in functions if (function.end_lineno or 0) - function.lineno + 1 > longest]


def test_no_file_imports_more_than_its_reader_can_follow():
    """House style: 18 modules at most; the composition root names every concrete class and is the exception."""
    files = [path for path in PRODUCT if not relative(path).startswith("app/wiring/")]
    counts = {relative(path): len(imported(path)) for path in files}
    crowded = {name: count for name, count in counts.items() if count > 18}

    assert crowded == {}, crowded


def imported(path: Path) -> set[str]:
    """The modules that a file knows when it runs: not what only a type checker reads."""
    nodes = list(ast.walk(tree(path)))
    checks = [node for node in nodes if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)]
    of_checkers = {node for check in checks for node in ast.walk(check)}
    statements = [node for node in nodes if node not in of_checkers]
    modules = {name.name for node in statements if isinstance(node, ast.Import) for name in node.names}
    return modules | {str(node.module) for node in statements if isinstance(node, ast.ImportFrom)} - {"__future__"}


def test_files_are_named_after_what_they_know():
    words = {word for name in TRACKED for word in re.split(r"[/._-]", name)}

    assert words & FORBIDDEN_NAMES == set()


def test_only_entry_points_read_the_environment():
    readers = {relative(path) for path in PRODUCT if re.search(r"os\.environ|getenv", path.read_text())}

    assert readers <= {
        "config/gunicorn.py",
        "config/migrations.py",
        "config/serve.py",
        "app/scheduler.py",
        "app/celery.py",
        "app/sampler.py",
    }


def test_stores_never_commit():
    stores = [path for path in PRODUCT if path.name in {"store.py", "queries.py"}]

    assert stores
    assert [relative(path) for path in stores if "commit()" in path.read_text()] == []


def test_imports_run_one_way():
    command = [Path(sys.executable).parent / "lint-imports"]
    linted = subprocess.run(command, cwd=PROJECT, check=False, capture_output=True, text=True)

    assert linted.returncode == 0, linted.stdout


def test_the_page_of_the_architecture_lists_every_folder():
    listed = re.findall(r"^\| `((?:app|backend|config)(?:/\w+)*)/` \|", PAGE, re.MULTILINE)
    holding_python = {relative(path.parent) for path in PRODUCT}
    there = {str(parent) for name in TRACKED for parent in Path(name).parents}

    assert len(set(listed)) == len(listed)
    assert holding_python - set(listed) == set()
    assert set(listed) - there == set()


def test_the_page_of_the_architecture_lists_every_file_that_stands_alone():
    heads = re.findall(r"^\| ((?:`\w+\.py`(?:, )?)+) \|", PAGE, re.MULTILINE)
    listed = re.findall(r"\w+\.py", " ".join(heads))
    files = {path.name for path in PRODUCT if relative(path.parent) == "backend"} - {"__init__.py"}

    assert sorted(listed) == sorted(files)


@pytest.mark.parametrize("name", ["The whole house: who may know whom", "Inside analytics"])
def test_the_page_of_the_architecture_shows_the_order_of_imports_that_is_proved(name):
    contracts = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    [layers] = [contract["layers"] for contract in contracts if contract["name"] == name]
    [shown] = re.findall(rf"^### {name}\n\n```\n(.*?)\n```$", PAGE, re.MULTILINE | re.DOTALL)

    assert shown.splitlines() == [re.sub(r"backend\.(analytics\.)?(?=\w)", "", layer) for layer in layers]


def test_a_plugin_registers_once(app):
    registry, plugin = Registry(), Recorder()
    registry.add_plugin(app, plugin)

    with pytest.raises(ValueError, match="recorder is already registered"):
        registry.add_plugin(app, Recorder())


def test_a_type_that_nobody_registered_is_refused_by_name():
    with pytest.raises(LookupError, match="Recorder is no plugin, shared object or service"):
        Registry().build(Recorder)


def test_plugins_run_between_start_and_stop_in_reverse_order(app):
    registry, first, second = Registry(), Recorder(), Second()
    log = first.log = second.log = []
    registry.add_plugin(app, first)
    registry.add_plugin(app, second)

    registry.start()
    registry.stop()

    assert log == ["start recorder", "start second", "stop second", "stop recorder"]


@pytest.mark.parametrize("answers_requests", [True, False])
def test_what_is_slow_to_begin_with_begins_beside_the_answers_where_there_are_any(answers_requests):
    registry, may_go_on, begun = Registry(), threading.Event(), threading.Event()
    registry.add_warm_up(lambda: may_go_on.wait(10) and begun.set())

    registry.start(warm=answers_requests)
    assert not begun.is_set()
    may_go_on.set()

    assert begun.wait(5 if answers_requests else 0.2) is answers_requests


def test_anyone_may_bring_a_plugin_by_its_import_path():
    [plugin] = load([f"{__name__}:Recorder"])

    assert isinstance(plugin, AnalyticsPlugin)


def test_what_is_no_plugin_is_refused():
    with pytest.raises(TypeError, match="is no analytics plugin"):
        load(["builtins:object"])


class Recorder:
    name = "recorder"

    def __init__(self) -> None:
        self.log: list[str] = []

    def init_app(self, app) -> None: ...

    def start(self) -> None:
        self.log.append(f"start {self.name}")

    def stop(self) -> None:
        self.log.append(f"stop {self.name}")

    def health(self) -> Health:
        return Health(ok=True)


class Second(Recorder):
    name = "second"


def test_the_built_in_plugins_use_the_same_door():
    assert Settings.from_env({"SECRET_KEY": "x" * 40}).plugin_paths
