# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several sinks under one question: in which order they are written, and which of them it is for. What each does is tried elsewhere."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._budget import Budget
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import Action, Plan, Runtime
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConnectorError, OptionError
from ansible_collections.tenantkit.connectors.plugins.module_utils._sinks import sinks_resource
from ansible_collections.tenantkit.connectors.plugins.module_utils._sinks.sinks_resource import SinksResource

FILE, VAULT, TASKS = {"type": "vault_file", "directory": "/srv"}, {"type": "azure_key_vault"}, {"type": "tasks", "file": "/x.yml"}


@dataclasses.dataclass
class Part:
    """What works with one sink, as far as the whole asks it."""

    type: str
    path: str
    done: list[str]
    holds_key: bool = True
    holds_value: bool = True

    def read(self) -> None:
        self.done.append(f"read {self.path}")

    def plan(self, current: None) -> Plan:
        return Plan((Action("write", f"write {self.path}", {"version": self.path}),), {}, {"key": 1})

    def apply(self, action: Action) -> None:
        self.done.append(f"{action.text} {action.payload['version']}")


def resource(monkeypatch: pytest.MonkeyPatch, *sinks: dict[str, t.Any], question: str = "store", done: list[str] | None = None) -> SinksResource:
    parts = [] if done is None else done

    def part(sink: t.Any, runtime: Runtime) -> Part | None:
        return None if sink.type == "tasks" else Part(sink.type, f"{sink.type} {sink.index}", parts)

    monkeypatch.setattr(sinks_resource, "_part", part)
    options = {"question": question, "sinks": list(sinks), "key_id": "key-1", "vault_id": "default", "tenant_id": "t", "connector": "c"}
    return SinksResource(Runtime(options, False, Budget(60), lambda text: None, {}))


@pytest.mark.parametrize(
    ("sinks", "order"),
    [
        ([FILE, VAULT], ["azure_key_vault 1", "vault_file 0"]),
        ([VAULT, FILE], ["azure_key_vault 0", "vault_file 1"]),
        ([FILE, TASKS, VAULT, FILE, VAULT], ["azure_key_vault 2", "azure_key_vault 4", "vault_file 0", "vault_file 3"]),
        ([FILE, FILE], ["vault_file 0", "vault_file 1"]),
    ],
)
def test_what_cannot_be_tried_is_written_first(monkeypatch: pytest.MonkeyPatch, sinks: list[dict[str, t.Any]], order: list[str]) -> None:
    done: list[str] = []
    found = resource(monkeypatch, *sinks, done=done)
    plan = found.plan(found.read())
    assert [action.text for action in plan.actions] == [f"write {name}" for name in order]
    looked_at = list(done)
    for action in plan.actions:
        found.apply(action)
    assert done[len(looked_at) :] == [f"write {name} {name}" for name in order] and all(line.startswith("read") for line in looked_at)
    assert found.result(plan, True)["stored"] == [sink["type"] for sink in sinks if sink["type"] != "tasks"]


def test_what_fails_before_anything_is_sent_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A read that got no answer says nothing of a write, and none was sent."""
    for question, outcome in (("store", "refused"), ("holds", None)):
        found = resource(monkeypatch, VAULT, question=question)

        def fail(self: Part) -> None:
            raise ConnectorError("No answer.", outcome=None)

        monkeypatch.setattr(Part, "read", fail)
        with pytest.raises(ConnectorError) as caught:
            found.read()
        assert caught.value.outcome == outcome


def test_which_sinks_have_versions() -> None:
    """Others have nothing to disable, and are not turned to: not even one that could not be opened."""
    options = {"question": "retire", "sinks": [FILE, TASKS], "vault_id": "default", "tenant_id": "t", "connector": "c"}
    runtime = Runtime(options, False, Budget(60), lambda text: None, {})
    found = SinksResource(runtime)
    plan = found.plan(found.read())
    assert plan.actions == () and [row["place"] for row in found.result(plan, False)["sinks"]] == [None, "/x.yml"]
    with pytest.raises(OptionError, match="vault_url"):
        SinksResource(dataclasses.replace(runtime, options={**options, "sinks": [VAULT]}))
