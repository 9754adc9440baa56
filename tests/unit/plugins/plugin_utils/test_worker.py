# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Execution of a declaration: what both ways share, and what the worker does in the place of AnsibleModule."""

from __future__ import annotations

import datetime
import gc
import importlib
import logging
import os

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils import _declaration
from ansible_collections.tenantkit.connectors.plugins.module_utils._declaration import Declaration, crash_result, execute, mask, remaining_time
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import Action, Plan
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import CrashError, ServiceError
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._worker import plain, run_in_worker

SECRET = "S3cret-value"
needs_masking_here = pytest.mark.skipif(_declaration.register_secrets is not None, reason="this ansible-core masks what it prints, not the result")


@pytest.fixture(autouse=True)
def libraries_log_as_before():
    """What run_in_worker switches off is meant for a worker, which ends; a test process goes on."""
    loggers = [logging.getLogger(name) for name in ("msal", "requests", "urllib3")]
    before = [(logger.propagate, list(logger.handlers)) for logger in loggers]
    for logger in loggers:
        logger.propagate = True
    yield
    for logger, (propagate, handlers) in zip(loggers, before, strict=True):
        logger.propagate, logger.handlers = propagate, handlers


class Resource:
    def __init__(self, runtime):
        self.runtime = runtime

    def read(self):
        self.runtime.secret(SECRET)

    def plan(self, current):
        behaviour = self.runtime.options.get("behaviour")
        if self.runtime.options.get("count"):
            self.runtime.so_far = lambda: {"reached": self.runtime.options["count"], "msg": "not this one", "value": SECRET}
        if behaviour == "crash":
            raise KeyError(SECRET)
        if behaviour == "fail":
            raise ServiceError(f"it said {SECRET}", code="Denied")
        self.runtime.warn(f"warned of {SECRET}")
        self.runtime.warn(f"warned of {SECRET}")
        return Plan(actions=(Action("write", "write"),))

    def apply(self, action):
        pass

    def result(self, plan, applied):
        return {
            "made": {"value": SECRET, "echo": f"x {SECRET}", "inner": {"value": SECRET}},
            "seconds": self.runtime.budget.seconds,
            "host": self.runtime.host,
            "cwd": os.getcwd(),
            "environ": self.runtime.environ.get("A"),
            "options": self.runtime.options,
        }


def declaration(**more):
    options = {"behaviour": {"type": "str"}, "password": {"type": "str", "no_log": True}, "count": {"type": "int"}}
    return Declaration(options=options, resource=Resource, auth=False, **more)


# -- execute -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "limit", "expected"),
    [(300, None, 300), (10, None, 10), (300, 60, 59), (10, 60, 10), (300, 2, 1.5), (300, 0, 0), (None, None, 300), (300, 0.5, 0.375)],
)
def test_the_budget_is_the_smaller_one_and_ends_before_the_limit(option, limit, expected):
    outcome = execute(declaration(), {"timeout": option}, check_mode=True, time_limit=limit)
    assert outcome.result["seconds"] == expected


def test_no_time_left_is_not_no_limit():
    """A module process that was started too late must not write at all."""
    outcome = execute(declaration(), {}, check_mode=False, time_limit=0.0)
    assert outcome.failed and outcome.result["failure"]["code"] == "budget_spent"


def test_what_is_left_counts_from_the_deadline():
    assert remaining_time({"TENANTKIT_DEADLINE": "1000.500"}, clock=lambda: 990.0) == 10.5
    assert remaining_time({"TENANTKIT_DEADLINE": "1000.500"}, clock=lambda: 1001.0) == 0
    assert remaining_time({"TENANTKIT_DEADLINE": ""}) is None
    assert remaining_time({}) is None


@needs_masking_here
def test_registered_secrets_are_masked_but_for_what_is_revealed():
    made = execute(declaration(reveals=["made.value"]), {}, check_mode=True).result["made"]
    assert made["value"] == SECRET
    assert SECRET not in made["echo"] and made["inner"]["value"] != SECRET
    assert execute(declaration(), {}, check_mode=True).result["made"]["value"] != SECRET
    # A result without the key (another branch, a failure) is no mistake.
    assert execute(declaration(reveals=["made.other", "none.value", "seconds.x"]), {}, check_mode=True).failed is False
    assert SECRET not in str(execute(declaration(), {}, check_mode=True).warnings)
    assert SECRET not in str(execute(declaration(reveals=["msg"]), {"behaviour": "crash"}, check_mode=True).result["failure"])


def test_warnings_come_once():
    assert len(execute(declaration(), {}, check_mode=True).warnings) == 1


@needs_masking_here
def test_a_failure_and_a_crash_hold_no_secret():
    for behaviour in ("fail", "crash"):
        outcome = execute(declaration(), {"behaviour": behaviour}, check_mode=False)
        assert outcome.failed
        assert SECRET not in str(outcome.result)


@pytest.mark.parametrize("behaviour", ["fail", "crash"])
def test_a_failure_says_what_was_reached_where_its_resource_does(behaviour):
    """As keys of its own and among the details; it never takes the place of what every failure has."""
    result = execute(declaration(), {"behaviour": behaviour, "count": 2}, check_mode=False).result
    assert result["reached"] == result["failure"]["details"]["reached"] == 2
    assert result["msg"] != "not this one" and result["failure"]["kind"] in ("service", "bug")
    plain = execute(declaration(), {"behaviour": behaviour}, check_mode=False).result
    assert "reached" not in plain and plain["failure"]["details"] == {}
    assert "reached" not in execute(declaration(), {"count": 2}, check_mode=False).result


@needs_masking_here
def test_what_was_reached_holds_no_secret():
    assert SECRET not in str(execute(declaration(), {"behaviour": "fail", "count": 2}, check_mode=False).result)


def test_a_crash_has_the_shape_of_a_failure():
    failed = execute(declaration(), {"behaviour": "fail"}, check_mode=False).result
    crashed = execute(declaration(), {"behaviour": "crash"}, check_mode=False).result
    assert crashed.keys() - failed.keys() == {"exception"} and failed.keys() <= crashed.keys()
    assert crashed["failure"].keys() == failed["failure"].keys()
    assert crashed["failure"]["kind"] == "bug" and failed["failure"]["kind"] == "service"
    assert crashed["msg"].startswith("This is a bug in tenantkit.connectors: KeyError in ")
    assert SECRET not in crashed["msg"]
    assert "KeyError" in crashed["exception"]


def test_a_crash_tells_what_the_engine_had_applied():
    error = CrashError(["create application 'a'"])
    error.__cause__ = ValueError("x")
    result = crash_result(error)
    assert result["msg"].startswith("This is a bug in tenantkit.connectors: ValueError.")
    assert result["changed"] is True and result["failure"]["applied"] == ["create application 'a'"]
    assert "Already done in this task: create application 'a'." in result["msg"]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_the_end_of_the_process_is_not_a_bug(stop):
    """The keyword timeout arrives as a BaseException, too."""

    def resource(runtime):
        raise stop

    with pytest.raises(stop):
        execute(Declaration(options={}, resource=resource, auth=False), {}, check_mode=False)


@needs_masking_here
def test_masking_keeps_what_ansible_module_keeps():
    assert mask({"changed": True, "none": None, "text": "True", "inner": {"flag": True}}, {"True"}) == {
        "changed": True,
        "none": None,
        "text": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER",
        "inner": {"flag": True},
    }


def test_cores_that_register_secrets_get_them_registered_and_nothing_replaced(monkeypatch):
    registered = set()
    monkeypatch.setattr(_declaration, "register_secrets", registered.update)
    outcome = execute(declaration(), {}, check_mode=True)
    assert outcome.result["made"]["value"] == SECRET
    assert registered == {SECRET}


# -- plain -------------------------------------------------------------------------------------------------------------


class Text(str):
    def __str__(self):
        raise AssertionError("asked the tagged value for itself")


class Number(int):
    pass


class Items(list):
    pass


class Mapping(dict):
    pass


def test_tags_are_taken_off_at_every_depth():
    value = plain(Mapping({Text("a"): Items([Text("b"), Number(7), Mapping({Text("c"): (Text("d"),)})]), "e": {Text("f")}}))
    assert value == {"a": ["b", 7, {"c": ["d"]}], "e": ["f"]}

    def types(item):
        if item.__class__ is dict:
            return {type(key) for key in item} | {kind for inner in item.values() for kind in types(inner)} | {dict}
        if item.__class__ is list:
            return {kind for inner in item for kind in types(inner)} | {list}
        return {type(item)}

    assert types(value) == {str, int, list, dict}


def test_values_look_as_json_would_have_brought_them():
    assert plain({7: "a", True: "b", None: "c", 2.5: "d"}) == {"7": "a", "true": "b", "null": "c", "2.5": "d"}
    assert plain([datetime.date(2026, 11, 22), datetime.datetime(2026, 11, 22, 1, 2, 3)]) == ["2026-11-22", "2026-11-22T01:02:03"]
    assert plain([True, None, 1, 2.5, b"x"]) == [True, None, 1, 2.5, "x"]


# -- in the worker -----------------------------------------------------------------------------------------------------


def in_worker(arguments, tmp_path, environ=None, spec=None, clock=None):
    more = {"clock": clock} if clock else {}
    return run_in_worker(
        spec or declaration(), "tenantkit.connectors.probe", arguments, check_mode=True, environ=environ or {}, host="contoso", directory=str(tmp_path), **more
    )


def test_the_engine_gets_host_environment_and_directory(tmp_path):
    before = os.getcwd()
    result = in_worker({}, tmp_path, {"A": "b"}).result
    assert (result["host"], result["environ"], result["cwd"]) == ("contoso", "b", os.path.realpath(tmp_path))
    assert os.getcwd() == before
    assert "failed" not in result


def test_the_directory_is_left_after_a_crash(tmp_path):
    before = os.getcwd()
    assert in_worker({"behaviour": "crash"}, tmp_path).result["failed"] is True
    assert os.getcwd() == before


def test_the_deadline_limits_the_budget(tmp_path):
    assert in_worker({}, tmp_path, {"TENANTKIT_DEADLINE": "1060.000"}, clock=lambda: 1000.0).result["seconds"] == 59


def test_a_wrong_value_fails_before_anything_runs(tmp_path):
    def resource(runtime):
        raise AssertionError("must not be made")

    spec = Declaration(options={"count": {"type": "int"}}, resource=resource, auth=False)
    answer = in_worker({"count": "many"}, tmp_path, spec=spec)
    assert answer.result["failed"] is True and "unable to convert to int" in answer.result["msg"]
    unknown = in_worker({"cuont": 1}, tmp_path, spec=spec).result["msg"]
    assert unknown == "Unsupported parameters for (tenantkit.connectors.probe) module: cuont. Supported parameters include: count."


@needs_masking_here
def test_a_secret_among_the_options_is_masked_in_errors_results_and_warnings(tmp_path):
    wrong = in_worker({"password": "0pen-Sesame", "count": "0pen-Sesame"}, tmp_path)
    assert "0pen-Sesame" not in str(wrong)
    right = in_worker({"password": "0pen-Sesame", "behaviour": "say 0pen-Sesame"}, tmp_path)
    assert "0pen-Sesame" not in str(right) and right.result["options"]["behaviour"] == "say ********"


def test_defaults_and_fallbacks_are_there(tmp_path):
    spec = Declaration(options={"a": {"type": "str", "default": "x"}, "b": {"type": "list", "elements": "int"}}, resource=Resource, auth=False)
    assert in_worker({"b": "1,2"}, tmp_path, spec=spec).result["options"] == {"a": "x", "b": [1, 2]}


def test_the_libraries_write_nothing_into_the_controllers_log(tmp_path):
    """ansible-core gives the root logger a handler for ANSIBLE_LOG_PATH."""
    seen = []

    class Log(logging.Handler):
        def emit(self, record):
            seen.append(record.getMessage())

    handler = Log()
    logging.getLogger().addHandler(handler)
    # Other tests of this process may have silenced the libraries already.
    for library in ("msal", "urllib3"):
        logger = logging.getLogger(library)
        logger.setLevel(logging.NOTSET)
        logger.propagate = True
    try:
        logging.getLogger("msal").warning("before")
        in_worker({}, tmp_path)
        logging.getLogger("msal").warning("tenant detail")
        logging.getLogger("urllib3.connectionpool").warning("GET /v1.0/applications")
    finally:
        logging.getLogger().removeHandler(handler)
    assert seen == ["before"]


def frozen_in_a_fork() -> int:
    """How many objects the garbage collector of a process leaves alone that is forked from this one."""
    reading, writing = os.pipe()
    if (pid := os.fork()) == 0:
        os.write(writing, str(gc.get_freeze_count()).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as file:
        told = int(file.read())
    os.waitpid(pid, 0)
    return told


def test_a_worker_leaves_alone_what_it_inherits():
    inherited, before = len(gc.get_objects()), gc.get_freeze_count()
    assert importlib.import_module("ansible_collections.tenantkit.connectors.plugins.plugin_utils._action").share_memory_with_workers
    assert frozen_in_a_fork() >= inherited
    assert gc.get_freeze_count() == before, "the parent, which stays, goes on collecting"
