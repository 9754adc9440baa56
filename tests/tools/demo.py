# SPDX-License-Identifier: GPL-3.0-or-later
"""make demo: connects Workspace 365, then all products, in three emulated tenants, each twice, and shows what came of it."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import sys
import sysconfig
import time
import typing as t
from pathlib import Path

from tenant_emulator.testing import Emulator

ROOT = Path(__file__).resolve().parents[2]
TENANTS = ("contoso", "fabrikam", "northwind")
STATE = ROOT / ".work" / "demo"
HOME = ROOT / ".work" / "home"
# The lines that say what was done, and the table at the end, are enough to follow it.
LEFT_OUT = re.compile(r"TASK |included: |changed: |ok: |PLAY RECAP|\S+ +: ok=|\}?\s*$")


def heading(text: str) -> None:
    """One line that stands out."""
    print(f"\n\033[1m== {text}\033[0m" if sys.stdout.isatty() else f"\n== {text}", flush=True)


def environment(emulator: Emulator) -> dict[str, str]:
    """What a playbook runs with: the way to the emulator, and nothing of the caller's own credentials, Ansible settings and home directory."""
    HOME.mkdir(parents=True, exist_ok=True)
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith(("AZURE_", "ANSIBLE_"))},
        **emulator.operator_env(),
        "HOME": str(HOME),  # Ansible keeps its temporary files there
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".work" / "collections"),
        "ANSIBLE_LOCALHOST_WARNING": "False",
        "TENANT_EMULATOR_CONTROL_URL": emulator.ready["control_url"],
        # What changes nothing is left out, and a table of all tenants stands at the end.
        "ANSIBLE_DISPLAY_OK_HOSTS": "False",
        "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "False",
        "ANSIBLE_CALLBACKS_ENABLED": "tenantkit.connectors.rollout_report",
        "TENANTKIT_REPORT_PROGRESS": "none",
        "DEMO_DIRECTORY": str(STATE),
    }


def playbook(emulator: Emulator, name: str, inventory: str = "examples/inventory", *args: str, env: t.Mapping[str, str] | None = None) -> str:
    """Run a playbook over an inventory; its output is returned, and shown without what Ansible says of each task."""
    command = [str(Path(sysconfig.get_path("scripts")) / "ansible-playbook"), name, "-i", inventory, *args]
    print("$ " + " ".join(["ansible-playbook", *command[1:]]), flush=True)
    with subprocess.Popen(command, cwd=ROOT, env={**environment(emulator), **(env or {})}, stdout=subprocess.PIPE, text=True) as process:
        lines = []
        for line in process.stdout or ():
            if not LEFT_OUT.match(line):
                print(line, end="", flush=True)
            lines.append(line)
    if process.returncode:
        sys.exit(f"{name} failed")
    return "".join(lines)


def count(emulator: Emulator) -> str:
    """How many requests the journal holds, reads and writes."""
    journal = emulator.journal()
    return f"{len(journal)} requests for {len(TENANTS)} tenants, {len(emulator.writes())} of them writes or secrets issued"


def unchanged(output: str) -> None:
    """Stop with an error when a recap says that something changed."""
    if "changed=0" not in output or re.search(r"changed=[1-9]", output):
        sys.exit("the second run changed something")


def twice(emulator: Emulator, what: str, name: str, *args: str) -> None:
    """Run a playbook, and the same again, which must find nothing to do."""
    for title in (f"{what}: first run", f"{what}: the same playbook again"):
        emulator.clear_journal()
        heading(title)
        output = playbook(emulator, name, *args)
        print(count(emulator))
    unchanged(output)


def main() -> None:
    """Start the emulator, connect, connect again, look at the other side, stop."""
    started = time.monotonic()
    shutil.rmtree(STATE, ignore_errors=True)
    with Emulator(STATE) as emulator:
        print(f"Emulated: {emulator.login_url}, {emulator.graph_url}, {emulator.workspace365_url()}")
        twice(emulator, "Workspace 365 in three tenants", "playbooks/workspace365.yml")
        heading("What Workspace 365 holds, and whether a sign-in works")
        playbook(emulator, "tests/demo/workspace365.yml", env={"ANSIBLE_DISPLAY_OK_HOSTS": "True"})
        # The vendor's limit of one call a second is kept by the client; here it would only make the demo longer.
        emulator.settings(workato_lists_per_minute=0, workato_others_per_second=0)
        password = STATE / "vault-password"
        password.write_text(f"{secrets.token_urlsafe(20)}\n")
        vault = ("--vault-id", f"demo@{password}")
        twice(emulator, "All four products in three tenants", "playbooks/rollout.yml", "tests/demo/inventory.yml", *vault)
        heading(f"Done in {time.monotonic() - started:.0f} s. The protocols are real, only the services were emulated.")


if __name__ == "__main__":
    main()
