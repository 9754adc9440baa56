# SPDX-License-Identifier: GPL-3.0-or-later
"""Small plays that are written for one test, and what every failure has to look like."""

from __future__ import annotations

import json
import re
import typing as t
from pathlib import Path

import yaml
from tenant_emulator.testing import Emulator

from support.playbooks import Event, Run
from support.products import products

COLLECTION = "tenantkit.connectors"
GRAPH = "Microsoft Graph"
_LONGEST_SENTENCE = 1200
_SHORTEST_SECRET = 10  # the emulator has made-up values shorter than that, which are ordinary words elsewhere


def task(name: str, module: str, options: t.Mapping[str, t.Any], **keywords: t.Any) -> dict[str, t.Any]:
    """A task with a module of this collection, or any other when the name has dots."""
    full = module if "." in module else f"{COLLECTION}.{module}"
    return {"name": name, full: dict(options), **keywords}


def expected_to_fail(name: str, module: str, options: t.Mapping[str, t.Any], **keywords: t.Any) -> dict[str, t.Any]:
    """The same, for a failure that the play goes on after."""
    return task(name, module, options, ignore_errors=True, **keywords)


def write_play(
    folder: Path, *tasks: t.Mapping[str, t.Any], defaults: t.Mapping[str, t.Any] | None = None, hosts: str = "all", name: str = "play.yml", **keywords: t.Any
) -> Path:
    """A playbook with one play; C(defaults) are the defaults of the group of modules that sign in."""
    group = {"tenant_id": "{{ entra_tenant_id }}", **(defaults or {})}
    play = {"hosts": hosts, "gather_facts": False, "module_defaults": {f"group/{COLLECTION}.entra": group}, **keywords}
    if tasks:
        play["tasks"] = [dict(item) for item in tasks]
    path = folder / name
    path.write_text(yaml.safe_dump([play], sort_keys=False))
    return path


def role_play(folder: Path, role: str, **keywords: t.Any) -> Path:
    """A playbook with one role, for module defaults that the role's own playbook does not have."""
    return write_play(folder, roles=[f"{COLLECTION}.{role}"], **keywords)


def messages(result: t.Mapping[str, t.Any]) -> str:
    """The message of a failed task."""
    return str(result.get("msg", ""))


def is_sentence(result: t.Mapping[str, t.Any], *words: str) -> None:
    """Assert that a failure is a readable sentence that holds the given words, and no traceback."""
    text = messages(result)
    for word in words:
        assert word in text, f"{word!r} is missing in: {text}"
    assert "Traceback" not in json.dumps(result), result
    assert "\n" not in text.strip(), text
    assert text.strip().endswith((".", "]", ")", "error")) or "http" in text.split()[-1], text
    assert 20 < len(text) < _LONGEST_SENTENCE, text
    for product in products().values():
        product.check_failure(result)


def no_secret_shown(run: Run, emulator: Emulator) -> None:
    """Assert that nothing the emulator ever issued or was configured with stands in the output or in any result."""
    everything = run.output + json.dumps([event.result for event in run.events])
    for value in emulator.issued():
        at = everything.find(value) if len(value) >= _SHORTEST_SECRET else -1
        assert at < 0, f"a secret was shown: {everything[max(0, at - 300) : at + 12]}..."


def failed_well(run: Run, emulator: Emulator, *words: str, host: str | None = None) -> dict[str, t.Any]:
    """Assert that a run failed, with a sentence that holds the words, without traceback and secret; returns the failed result."""
    result = run.failed().failure(host)
    is_sentence(result, *words)
    no_secret_shown(run, emulator)
    return result


def each_failed_well(run: Run, emulator: Emulator, expected: t.Mapping[str, t.Sequence[str]]) -> dict[str, Event]:
    """Assert the same of tasks by name whose failure the play went on after."""
    events = {name: run.task(name) for name in expected}
    for name, words in expected.items():
        assert events[name].status == "failed", f"{name} did not fail: {events[name].result}"
        is_sentence(events[name].result, *words)
    assert "Traceback" not in run.output, run.output
    no_secret_shown(run, emulator)
    return events


def own_application(emulator: Emulator, tenant: str, unique_name: str) -> dict[str, t.Any]:
    """The application of a unique name in a tenant."""
    found = [item for item in emulator.tenant(tenant)["applications"].values() if item["uniqueName"] == unique_name]
    assert len(found) == 1, [item["displayName"] for item in emulator.tenant(tenant)["applications"].values()]
    return t.cast("dict[str, t.Any]", found[0])


def little(emulator: Emulator, *permissions: str) -> dict[str, t.Any]:
    """An automation identity of Contoso with just these permissions, as host variables."""
    made = emulator.add_application("contoso", displayName="Automation with little", secrets=[{"displayName": "only"}])
    emulator.grant_roles("contoso", made["service_principal"]["id"], list(permissions))
    return {"entra_auth": {"client_id": made["application"]["appId"], "client_secret": made["secrets"][0]["value"]}}


def scopes_of(emulator: Emulator, tenant: str, app_id: str) -> list[set[str]]:
    """The delegated permissions of each grant that an application holds in a tenant."""
    held = emulator.tenant(tenant)
    mine = {item["id"] for item in held["service_principals"].values() if item["appId"] == app_id}
    return [set(grant["scope"].split()) for grant in held["grants"].values() if grant["clientId"] in mine]


def key_ids(application: t.Mapping[str, t.Any]) -> list[str]:
    """The ids of an application's secrets."""
    return [item["keyId"] for item in application["passwordCredentials"]]


def requests_in(output: str) -> list[t.Any]:
    """The requests that an output holds for a person to copy: each in one line or a part of it, as YAML."""
    found = []
    for start in (at.start() for at in re.finditer(r"\{method: ", output)):
        depth = 0
        for end in range(start, len(output)):
            depth += {"{": 1, "}": -1}.get(output[end], 0)
            if depth == 0:
                found.append(yaml.safe_load(output[start : end + 1]))
                break
    return found


def writes_seen(emulator: Emulator) -> list[str]:
    """The writes in the journal, one line each."""
    return [f"{entry['method']} {entry.get('path') or entry.get('url')}" for entry in emulator.writes()]
