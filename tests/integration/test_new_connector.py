# SPDX-License-Identifier: GPL-3.0-or-later
"""A connector that make connector made works, and its tests notice when a step of it is missing.

Everything runs in a copy of the repository. C(make test) takes the first connection; the rest takes some minutes and is left to C(make test-all).
"""

from __future__ import annotations

import dataclasses
import os
import re
import sysconfig
from pathlib import Path

import pytest
from support.new_connector import NAME, TITLE, Copy

PLUGINS = "plugins/module_utils/_products/acme"
ROLE, ENTRA = "roles/acme/tasks", "roles/entra_connector/tasks"
UNITS, OWN = "tests/unit/plugins/module_utils/_products/acme", "tests/integration/acme/test_acme.py"
FIRST = f"{OWN}::test_the_first_connection"
ABSENT = f"{OWN}::test_absent_takes_the_settings_out_first"
FOREIGN = f"{OWN}::test_a_site_of_somebody_else_is_not_written"
PLANNED = f"{UNITS}/test_plan.py"


def named(text: str) -> str:
    """A text about the template's product for the one that was made."""
    return text.replace("Acme", TITLE).replace("acme", NAME)


@dataclasses.dataclass(frozen=True)
class Step:
    """A part of the new connector that is taken out, and a test of its own that has to notice. Both in the words of the template."""

    file: str
    noticed_by: str
    task: str = ""  # the name of the task that goes
    code: str = ""  # or what stands there
    instead: str = ""  # and comes in its place

    def without(self, text: str) -> str:
        """The file without the step."""
        if self.task:
            pattern = rf"^( *)- name: {re.escape(named(self.task))}\n(?:\1 .*\n|\n)*"
            left, count = re.subn(pattern, "", text, flags=re.MULTILINE)
            assert count == 1, self
            return left if re.search(r"^- ", left, re.MULTILINE) else f"{left}[]\n"
        assert text.count(named(self.code)) == 1, self
        return text.replace(named(self.code), named(self.instead))


HOOK = '    entra_connector_{0}_tasks: "{{{{ ansible_parent_role_paths | first }}}}/tasks/{0}.yml"\n'
STEPS = {
    # Of the role
    "the look": Step(f"{ROLE}/main.yml", FIRST, task="Look at the connection"),
    "the report of what is as it should be": Step(f"{ROLE}/main.yml", f"{OWN}::test_confirming_changes_nothing", task="Report the connection"),
    "the connection": Step(f"{ROLE}/main.yml", FIRST, task="Connect Acme"),
    "the hook preflight": Step(f"{ROLE}/main.yml", FIRST, code=HOOK.format("preflight")),
    "the hook deliver": Step(f"{ROLE}/main.yml", FIRST, code=HOOK.format("deliver")),
    "the hook withdraw": Step(f"{ROLE}/main.yml", ABSENT, code=HOOK.format("withdraw")),
    "the look at the product": Step(f"{ROLE}/preflight.yml", FIRST, task="Look at Acme"),
    "the delivery": Step(f"{ROLE}/deliver.yml", FIRST, task="Give Acme its sign-in settings"),
    "the delivery in check mode": Step(
        f"{ROLE}/deliver.yml",
        f"{OWN}::test_check_mode_says_what_would_happen",
        code="  no_log: true\n",
        instead="  no_log: true\n  when: not ansible_check_mode\n",
    ),
    "the removal": Step(f"{ROLE}/withdraw.yml", ABSENT, task="Remove the sign-in settings from Acme"),
    # Of the role that all share
    "the application": Step(f"{ENTRA}/register.yml", FIRST, task="Register the application"),
    "the consent": Step(f"{ENTRA}/register.yml", FIRST, task="Grant admin consent"),
    "the credential": Step(f"{ENTRA}/present.yml", FIRST, task="Issue, prove, deliver and retire the credential"),
    "the delivery of the credential": Step(f"{ENTRA}/credential.yml", FIRST, task="Deliver the credential"),
    "the mark": Step(f"{ENTRA}/credential.yml", FIRST, task="Mark the credential as delivered"),
    "the include of the removal": Step(f"{ENTRA}/absent.yml", ABSENT, task="Run the product's task file"),
    "what the mark says after the removal": Step(
        f"{ENTRA}/absent.yml", "tests/integration/test_kill.py::test_killed[acme_absent-SIGKILL-after-withdraw]", task="Remove the key and its delivery mark"
    ),
    # Of what it decides
    "permissions": Step(f"{PLUGINS}/connection.py", FIRST, code="list(SIGN_IN)", instead="[]"),
    "the force": Step(
        f"{PLUGINS}/connection.py",
        f"{OWN}::test_a_forced_renewal_is_delivered",
        code='"force": bool(variables.get("acme_force"))',
        instead='"force": False',
    ),
    "one host per site": Step(f"{PLUGINS}/connection.py", UNITS, code='(("acme_url",), (', instead="(("),
    "sending": Step(f"{PLUGINS}/plan.py", FIRST, code='return Plan((Action("put"', instead='return Plan(() and (Action("put"'),
    "sending once": Step(f"{PLUGINS}/plan.py", "tests/integration/test_modules.py::test_again_and_again[acme_sso]", code=" or current == desired.settings"),
    "deleting": Step(f"{PLUGINS}/plan.py", ABSENT, code='return Plan((Action("delete"', instead='return Plan(() and (Action("delete"'),
    "not deleting others'": Step(
        f"{PLUGINS}/plan.py",
        f"{OWN}::test_absent_leaves_what_others_set_up",
        code="current is None or not _is_ours(desired, current)",
        instead="current is None",
    ),
    "whose site it is": Step(f"{PLUGINS}/plan.py", FOREIGN, code="        _check_ours(desired, current)", instead="        pass"),
    "what has to be there": Step(f"{PLUGINS}/plan.py", PLANNED, code="    _check_complete(desired, check_mode=check_mode)\n"),
    # Of what it does
    "reading": Step(f"{PLUGINS}/resource.py", FOREIGN, code="return self._client.settings()", instead="return None"),
    "the request": Step(
        f"{PLUGINS}/resource.py", FIRST, code='self._client.put(self._desired.settings, self._runtime.options["client_secret"])', instead="pass"
    ),
    "the request that deletes": Step(f"{PLUGINS}/resource.py", ABSENT, code="self._client.delete()", instead="pass"),
    "masking": Step(f"{PLUGINS}/resource.py", PLANNED, code="            runtime.secret(options.get(name))", instead="            pass"),
    "the header": Step(f"{PLUGINS}/client.py", FIRST, code='{"X-Api-Key": api_key}', instead="{}"),
    "the answer": Step(f"{PLUGINS}/client.py", PLANNED, code="if self._read(answer) != wanted:", instead="if not answer.ok:"),
    "the refusal": Step(
        f"{PLUGINS}/client.py", f"{OWN}::test_a_refused_secret_is_taken_away_again", code='"refused" if refused else "unknown"', instead='"unknown"'
    ),
    "the error": Step(
        f"{PLUGINS}/client.py",
        f"{OWN}::test_a_refused_key_stops_the_run_before_anything_is_written",
        code="        if not answer.ok:\n            raise self._error(answer)\n",
    ),
    "what says that a site is free": Step(f"{PLUGINS}/client.py", PLANNED, code='body.get("code") == _FREE', instead="True"),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """A copy of the repository with the new connector."""
    made = Copy.of_repository(tmp_path_factory.mktemp("made"))
    done = made.connector()
    assert done.returncode == 0, done.stderr
    return made


def test_the_first_connection(copy: Copy) -> None:
    done = copy.pytest(named(FIRST))
    assert done.returncode == 0, done.stdout


KILL, LEAKS = "tests/integration/test_kill.py", "tests/integration/test_leaks.py"
# Paths, and how many tests are there at least. Apart, since together they take longer than all others.
PARTS = {
    "kills": ([KILL], 14),
    "leaks": ([LEAKS], 11),
    "all other": (["tests/unit", "tests/component", "tests/integration", "--deselect", KILL, "--deselect", LEAKS], 75),
}


@pytest.mark.exhaustive
@pytest.mark.parametrize(("where", "at_least"), PARTS.values(), ids=PARTS.keys())
def test_all_tests_of_it_pass(copy: Copy, where: list[str], at_least: int) -> None:
    """Its own, and those that collect it: scenarios, budgets, leaks, kills, privileges, modules, both ways of running."""
    done = copy.pytest(*where, "-k", f"{NAME} or both_ways or every_module or test_products")
    assert done.returncode == 0, done.stdout
    assert int(re.findall(r"(\d+) passed", done.stdout)[-1]) >= at_least


@pytest.mark.exhaustive
def test_linters_and_types_find_nothing(copy: Copy) -> None:
    scripts = Path(sysconfig.get_path("scripts"))
    new = [f"roles/{NAME}", f"playbooks/{NAME}.yml", f"tests/integration/{NAME}"]
    env = {"ANSIBLE_COLLECTIONS_PATH": str(copy.collections), "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}", "HOME": str(copy.root / ".work")}
    where = copy.collections / "ansible_collections" / "tenantkit" / "connectors"
    lint = copy.run(scripts / "ansible-lint", "--offline", "--profile", "production", *new, cwd=where, **env)
    assert lint.returncode == 0, lint.stdout + lint.stderr
    assert copy.run(scripts / "yamllint", "--strict", *new).stdout == ""
    package = f"ansible_collections.tenantkit.connectors.plugins.module_utils._products.{NAME}"
    types = copy.run(scripts / "mypy", "--config-file", copy.root / "pyproject.toml", "-p", package, cwd=copy.collections)
    assert types.returncode == 0, types.stdout


@pytest.mark.exhaustive
@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS.keys())
def test_a_missing_step_is_noticed(copy: Copy, step: Step) -> None:
    """The test that has to notice passes without the change: see above."""
    path = copy.root / named(step.file)
    before = path.read_text()
    try:
        path.write_text(step.without(before))
        done = copy.pytest("-x", named(step.noticed_by))
    finally:
        path.write_text(before)
    assert done.returncode == 1, done.stdout


def test_every_task_of_the_role_is_taken_out_once(copy: Copy) -> None:
    """A block around tasks is none."""
    named_tasks = {path.name: re.findall(r"- name: (.+)\n(?!  module_defaults:)", path.read_text()) for path in (copy.root / named(ROLE)).glob("*.yml")}
    tasks = {(f"{ROLE}/{file}", name) for file, names in named_tasks.items() for name in names}
    assert tasks == {(step.file, named(step.task)) for step in STEPS.values() if step.task and step.file.startswith(ROLE)}
