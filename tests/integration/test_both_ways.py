# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module does the same in the worker and as a module process: result, output, and each request that arrives at a service.

What only an option of a probe can show (types, tags, aliases: no module has one) is compared in C(placement).
"""

from __future__ import annotations

import difflib
import json
import re
import shutil
import typing as t
from pathlib import Path

from support.playbooks import MODULE_PROCESS, MODULES, ONLY_IN_WORKER, Run
from tenant_emulator.testing import Emulator, JsonObject

PLAYBOOK = Path(__file__).parent / "parity" / "every_module.yml"
FAILING = ["A wrong type that holds a secret", "An unknown option", "A secret that is refused"]
# Of a request: the rest says when it came, and which id the client gave it.
COMPARED = ("service", "method", "path", "status", "applied", "tenant", "app_id", "user_agent", "request", "parts")


class Names:
    """Gives what a service makes up anew in each run a name by the order in which it is seen, so that the same in another place is the same again."""

    VOLATILE = re.compile(
        r"(?P<time>20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?|(?<=\"(?:exp|iat|nbf)\": )\d+"
        # Whole days of a secret that is valid for 180: one less as soon as a second has passed.
        r"|(?<=\"days_left\": )(?:179|180)\b)"
        r"|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"  # of objects, keys, requests
        r"|(?<=\btkc:sso:)[0-9a-f]{8}|(?<=\btkc:managed:)[0-9a-f]{8}"  # the name of a secret ends so
        r"|[\w.~-]{3}8Q~[\w.~-]{34}"  # a secret
        r"|(?<=\"aio\": \")[\w.-]+|(?<=\"rh\": \")[\w.-]+|(?<=\"uti\": \")[\w.-]+"  # of a token
    )
    SHORT = re.compile(r"\b[0-9a-f]{8}(?=\.\.\.)")  # an id that a message cuts

    def __init__(self) -> None:
        self._seen: dict[str, str] = {}

    def of(self, value: t.Any) -> str:
        """A value as readable JSON, or text as it is, with names."""
        text = value if isinstance(value, str) else json.dumps(value, indent=1, sort_keys=True)
        return self.SHORT.sub("<id>", self.VOLATILE.sub(self._name, text))

    def _name(self, found: re.Match[str]) -> str:
        if found["time"]:
            return "<time>"
        return self._seen.setdefault(found[0].lower(), f"<id {len(self._seen) + 1}>")


def told(text: str) -> str:
    """Output at -vvv without what core says about connections and module files, and how it calls the two ways."""
    lines = [line for line in text.splitlines() if not re.match(r"<tenant> |Using module file |Pipelining is enabled", line)]
    return re.sub(r"(Action|Module) failed: ", "", "\n".join(lines))


def equal(name: str, worker: str, process: str) -> None:
    """Assert that two texts are equal, and show where they are not."""
    different = "\n".join(difflib.unified_diff(worker.splitlines(), process.splitlines(), "worker", "process", lineterm=""))
    assert not different, f"{name}:\n{different}"


def test_every_module_does_the_same_both_ways(play: t.Callable[..., Run], inventory: t.Callable[..., Path], emulator: Emulator, workdir: Path) -> None:
    hosts = inventory(tenant={"entra_tenant_id": emulator.tenant_id("contoso"), "workspace365_environment": "contoso"})
    runs: list[Run] = []
    journals: list[list[JsonObject]] = []
    for switch in ("0", "1"):
        emulator.reset()
        shutil.rmtree(workdir / "home", ignore_errors=True)
        env = {MODULE_PROCESS: switch}
        runs.append(play(PLAYBOOK, inventory=hosts, diff=True, extra={"ca_path": emulator.ca_path}, env=env, args=["-vvv"]).ok())
        journals.append([{key: entry[key] for key in COMPARED} for entry in emulator.journal()])
    assert runs[0].ways() == {(module, "worker") for module in MODULES}
    assert runs[1].ways() == {(module, "worker" if module in ONLY_IN_WORKER else "process") for module in MODULES}
    names = [Names(), Names()]
    for mine, other in zip(*(run.events for run in runs), strict=True):
        assert (mine.task, mine.status) == (other.task, other.status)
        equal(mine.task, *(name.of(event.result) for name, event in zip(names, (mine, other), strict=True)))
    equal("journal", *(name.of(journal) for name, journal in zip(names, journals, strict=True)))
    equal("stdout", *(name.of(told(run.stdout)) for name, run in zip(names, runs, strict=True)))
    equal("stderr", *(name.of(told(run.stderr)) for name, run in zip(names, runs, strict=True)))

    for run in runs:
        secret = run.task("Its secret").result["secret"]["secret_text"]
        wrong_type, unknown = (run.task(name).result for name in ("A wrong type that holds a secret", "An unknown option"))
        assert "********" in wrong_type["msg"] and secret not in json.dumps(wrong_type)
        assert unknown["msg"].startswith("Unsupported parameters for (tenantkit.connectors.entra_app) module: nmae.")
        assert run.task("A secret that is refused").result["failure"]["code"] == "AADSTS7000215"
        assert [event.task for event in run.events if event.status == "failed"] == FAILING
