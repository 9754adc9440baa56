# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module does the same in the worker and as a module process: result, output, and each request that arrives at a service.

What only an option of a probe can show (types, tags, aliases: no module has one) is compared in C(placement).
"""

from __future__ import annotations

import json
import re
import shutil
import typing as t
from pathlib import Path

import yaml
from support.certificates import pair
from support.comparing import COMPARED, Names, equal
from support.playbooks import ASKS_OTHERS, MODULE_PROCESS, MODULES, ONLY_IN_WORKER, Run
from support.products import of_tenant, products
from tenant_emulator.testing import Emulator, JsonObject

PLAYBOOK = Path(__file__).parent / "parity" / "every_module.yml"
WAYS = ("worker", "process")
FAILING = ["A wrong type that holds a secret", "An unknown option", "A secret that is refused"]


def assembled(folder: Path) -> Path:
    """The playbook with the tasks of all products before those that fail."""
    (whole,) = yaml.safe_load(PLAYBOOK.read_text())
    at = next(index for index, item in enumerate(whole["tasks"]) if item["name"] == FAILING[0])
    for product in products().values():
        whole["module_defaults"] |= product.module_defaults
    whole["tasks"][at:at] = [dict(item) for product in products().values() for item in product.parity]
    path = folder / PLAYBOOK.name
    path.write_text(yaml.safe_dump([whole], sort_keys=False))
    return path


def told(text: str) -> str:
    """Output at -vvv without what core says about connections and module files, and how it calls the two ways."""
    lines = [line for line in text.splitlines() if not re.match(r"<tenant> |Using module file |Pipelining is enabled", line)]
    return re.sub(r"(Action|Module) failed: ", "", "\n".join(lines))


def test_every_module_does_the_same_both_ways(play: t.Callable[..., Run], inventory: t.Callable[..., Path], emulator: Emulator, workdir: Path) -> None:
    hosts = inventory(tenant={"entra_tenant_id": emulator.tenant_id("contoso"), "payroll_environment": "contoso", **of_tenant("contoso")})
    playbook = assembled(workdir)
    own = pair()
    (workdir / "own.pem").write_bytes(own.key_pem + own.pem)
    runs: list[Run] = []
    journals: list[list[JsonObject]] = []
    extra = {"ca_path": emulator.ca_path, "parity": str(PLAYBOOK.parent)}
    for switch in ("0", "1"):
        emulator.reset()
        shutil.rmtree(workdir / "home", ignore_errors=True)
        env = {MODULE_PROCESS: switch}
        runs.append(play(playbook, inventory=hosts, diff=True, extra=extra, env=env, args=["-vvv"]).ok())
        journals.append([{key: entry[key] for key in COMPARED} for entry in emulator.journal()])
    modules = [module for module in MODULES if module not in ASKS_OTHERS]
    assert runs[0].ways() == {(module, "worker") for module in modules}
    assert runs[1].ways() == {(module, "worker" if module in ONLY_IN_WORKER else "process") for module in modules}
    names = [Names(), Names()]
    for mine, other in zip(*(run.events for run in runs), strict=True):
        assert (mine.task, mine.status) == (other.task, other.status)
        equal(mine.task, *(name.of(event.result) for name, event in zip(names, (mine, other), strict=True)), ways=WAYS)
    equal("journal", *(name.of(journal) for name, journal in zip(names, journals, strict=True)), ways=WAYS)
    equal("stdout", *(name.of(told(run.stdout)) for name, run in zip(names, runs, strict=True)), ways=WAYS)
    equal("stderr", *(name.of(told(run.stderr)) for name, run in zip(names, runs, strict=True)), ways=WAYS)

    for run in runs:
        secret = run.task("Its secret").result["secret"]["secret_text"]
        wrong_type, unknown = (run.task(name).result for name in ("A wrong type that holds a secret", "An unknown option"))
        assert "********" in wrong_type["msg"] and secret not in json.dumps(wrong_type)
        assert unknown["msg"].startswith("Unsupported parameters for (tenantkit.connectors.entra_app) module: nmae.")
        assert run.task("A secret that is refused").result["failure"]["code"] == "AADSTS7000215"
        assert [event.task for event in run.events if event.status == "failed"] == FAILING
