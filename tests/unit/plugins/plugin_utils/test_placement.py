# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The decision where a task runs, one condition at a time."""

from __future__ import annotations

import pytest
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._placement import decide, is_choice, same_python

WORKER = {
    "transport": "local",
    "become": False,
    "async_seconds": 0,
    "environment": [{}],
    "interpreter": "auto",
    "playbook_python": "/venv/bin/python3",
    "environ": {},
}


def test_a_plain_local_task_runs_in_the_worker():
    placement = decide(**WORKER)
    assert placement.in_worker and not placement.reason
    assert placement.local and placement.same_user and not placement.interpreter_chosen


@pytest.mark.parametrize("environment", [None, [], [{}], [{}, {}], [None]])
def test_nothing_set_is_no_environment(environment):
    assert decide(**{**WORKER, "environment": environment}).in_worker


@pytest.mark.parametrize("interpreter", [None, "", " ", "auto", "auto_silent", "auto_legacy", "auto_legacy_silent", "/venv/bin/python3", " /venv/bin/python3 "])
def test_discovery_and_our_own_python_are_no_other_python(interpreter):
    assert decide(**{**WORKER, "interpreter": interpreter}).in_worker


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"transport": "ssh"}, "ssh"),
        ({"transport": "ansible.netcommon.network_cli"}, "network_cli"),
        ({"become": True}, "become"),
        ({"async_seconds": 10}, "async"),
        ({"environment": [{}, {"HTTPS_PROXY": "http://proxy"}]}, "environment"),
        ({"environment": ["{{ proxy_env }}"]}, "environment"),
        ({"interpreter": "/usr/bin/python3"}, "/usr/bin/python3"),
        ({"interpreter": "python3"}, "python3"),
        ({"environ": {"TENANTKIT_MODULE_PROCESS": "1"}}, "TENANTKIT_MODULE_PROCESS"),
        ({"environ": {"TENANTKIT_MODULE_PROCESS": "True"}}, "TENANTKIT_MODULE_PROCESS"),
    ],
)
def test_everything_else_gets_a_process_and_says_why(change, reason):
    placement = decide(**{**WORKER, **change})
    assert not placement.in_worker
    assert reason in placement.reason


@pytest.mark.parametrize("value", ["", "0", "false", "no"])
def test_the_way_out_can_be_switched_off(value):
    assert decide(**{**WORKER, "environ": {"TENANTKIT_MODULE_PROCESS": value}}).in_worker


def test_a_choice_is_told_from_a_mode():
    assert is_choice("/usr/bin/python3") and is_choice("python3.13")
    assert not is_choice("auto") and not is_choice(None)


def test_one_python_under_two_names_is_the_same(tmp_path):
    real = tmp_path / "usr" / "python3.12"
    real.parent.mkdir()
    real.write_text("")
    for environment in ("one", "two"):
        directory = tmp_path / environment / "bin"
        directory.mkdir(parents=True)
        for name in ("python", "python3"):
            (directory / name).symlink_to(real)
    (tmp_path / "link").symlink_to(tmp_path / "one")
    one, two = tmp_path / "one/bin", tmp_path / "two/bin"
    assert same_python(f"{one}/python", f"{one}/python3")
    assert same_python(f"{tmp_path}/link/bin/python", f"{one}/python3")
    # The same file, but other packages.
    assert not same_python(f"{one}/python", f"{two}/python")
    assert not same_python(f"{one}/python", str(real))
    assert not same_python("python3", f"{one}/python3")
