# SPDX-License-Identifier: GPL-3.0-or-later
"""make bench: what Workspace 365 costs for 1, 10 and 100 emulated tenants, first connected, then confirmed.

First what is counted and is the same on every machine: requests and host-tasks per tenant. Then what is measured: wall and CPU time (of
ansible-playbook and all its processes, not of the emulator), next to as many tasks C(ansible.builtin.command: true) on as many hosts.

    bench.py --tenants 1 10 --latency 0.1
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import resource
import sys
import tempfile
import time
import typing as t
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from support.playbooks import Run, run_playbook  # noqa: E402
from tenant_emulator.testing import Emulator  # noqa: E402

FORKS = 10
TIMEOUT = 1800.0  # no run takes that long; nothing is left behind when one hangs
IDENTITY = {"client_id": "9e1d4c6b-52a8-4f37-b0c9-8d7e6f5a4b31", "secret": "made-up-value-for-the-benchmark"}
KEY = "7b2f4e90-1c6d-4a83-9f05-d8e3a7b61c24"


@dataclasses.dataclass
class Measured:
    """One playbook over all tenants."""

    tenants: int
    phase: str
    requests: int
    host_tasks: int
    seconds: float
    cpu: float
    command_seconds: float = 0.0
    command_cpu: float = 0.0


def configuration(names: t.Sequence[str]) -> dict[str, t.Any]:
    """An emulated world with these customers, each with an environment of its own."""
    tenants = [
        {
            "name": name,
            "id": str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}.example")),
            "domains": [{"name": f"{name}.onmicrosoft.com", "initial": True}, {"name": f"{name}.example", "default": True}],
        }
        for name in names
    ]
    roles = ["Application.ReadWrite.OwnedBy", "DelegatedPermissionGrant.ReadWrite.All", "Organization.Read.All", "Policy.Read.All"]
    return {
        "tenants": tenants,
        "identities": [{"name": "automation", **IDENTITY, "tenants": list(names), "permissions": {"Microsoft Graph": roles}}],
        "workspace365": [{"name": "portal", "host": "portal.workspace365.net", "provisioning_key": KEY, "environments": list(names)}],
    }


def inventory(names: t.Sequence[str], url: str) -> dict[str, t.Any]:
    """A host is a tenant."""
    shared = {
        "ansible_connection": "local",
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
        "workspace365_instance_url": url,
        "workspace365_provisioning_key": KEY,
    }
    hosts = {name: {"entra_tenant_id": f"{name}.onmicrosoft.com", "workspace365_environment": name} for name in names}
    return {"all": {"vars": shared, "hosts": hosts}}


def commands(count: int) -> list[dict[str, t.Any]]:
    """A playbook of that many tasks that do nothing."""
    task = {"ansible.builtin.command": "true", "changed_when": False}
    return [{"hosts": "all", "gather_facts": False, "tasks": [{"name": f"Nothing {number}", **task} for number in range(count)]}]


def timed(playbook: Path, workdir: Path, env: t.Mapping[str, str]) -> tuple[Run, float, float]:
    """Run a playbook to its good end. Returns it with wall and CPU seconds."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    run = run_playbook(playbook, workdir, inventory=workdir / "inventory.json", env=env, args=["--forks", str(FORKS)], timeout=TIMEOUT).ok()
    seconds, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return run, seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(count: int, latency: float) -> list[Measured]:
    """Connect and confirm that many tenants of an emulator of their own."""
    names = [f"tenant{number:03}" for number in range(count)]
    found = []
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        workdir = Path(directory)
        (workdir / "world.json").write_text(json.dumps(configuration(names)))
        with Emulator(workdir / "emulator", config=workdir / "world.json") as emulator:
            (workdir / "inventory.json").write_text(json.dumps(inventory(names, emulator.workspace365_url())))
            env = {**emulator.env(), "AZURE_CLIENT_ID": IDENTITY["client_id"], "AZURE_CLIENT_SECRET": IDENTITY["secret"]}
            if latency:
                emulator.fault(service="*", action="latency", seconds=latency, times=None)
            for phase in ("connect", "confirm"):
                emulator.clear_journal()
                run, seconds, cpu = timed(ROOT / "playbooks" / "workspace365.yml", workdir, env)
                if phase == "confirm" and (run.changed() or emulator.writes()):
                    sys.exit(f"confirming changed something: {[event.task for event in run.changed()]}")
                found.append(Measured(count, phase, len(emulator.journal()), sum(run.host_tasks(name) for name in names), seconds, cpu))
        for one in found:
            playbook = workdir / "commands.json"
            playbook.write_text(json.dumps(commands(round(one.host_tasks / count))))
            _run, one.command_seconds, one.command_cpu = timed(playbook, workdir, {})
    return found


def table(heads: t.Sequence[str], rows: t.Iterable[t.Sequence[str]]) -> str:
    """Columns that are as wide as what is in them."""
    lines = [list(heads), *(list(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    return "\n".join("  ".join(text.rjust(width) for text, width in zip(line, widths, strict=True)) for line in lines)


def main() -> None:
    """Count, measure, print."""
    parser = argparse.ArgumentParser(description="What Workspace 365 costs for many tenants.")
    parser.add_argument("--tenants", type=int, nargs="+", default=[1, 10, 100], help="how many (default: 1 10 100)")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds that every request takes longer")
    options = parser.parse_args()
    found = []
    for count in options.tenants:
        print(f"{count} tenant{'s' * (count > 1)} ...", file=sys.stderr, flush=True)
        found += measure(count, options.latency)
    print("\nCounted, per tenant:\n")
    rows: t.Iterable[t.Sequence[str]]
    rows = [(str(one.tenants), one.phase, f"{one.requests / one.tenants:.1f}", f"{one.host_tasks / one.tenants:.1f}") for one in found]
    print(table(("tenants", "run", "requests", "host-tasks"), rows))
    print(f"\nMeasured, {FORKS} forks, {options.latency:g} s emulated latency; in parentheses as many command tasks, and the ratio to them:\n")
    rows = [
        (
            str(one.tenants),
            one.phase,
            f"{one.seconds:.1f} ({one.command_seconds:.1f})",
            f"{one.seconds / one.command_seconds:.2f}",
            f"{one.cpu:.1f} ({one.command_cpu:.1f})",
            f"{one.cpu / one.command_cpu:.2f}",
        )
        for one in found
    ]
    print(table(("tenants", "run", "wall s", "ratio", "CPU s", "ratio"), rows))


if __name__ == "__main__":
    main()
