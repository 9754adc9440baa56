# SPDX-License-Identifier: GPL-3.0-or-later
"""make demo: connects Workspace 365 in three emulated tenants, twice, and shows what came of it."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

from tenant_emulator.testing import Emulator

ROOT = Path(__file__).resolve().parents[2]
TENANTS = ("contoso", "fabrikam", "northwind")


def heading(text: str) -> None:
    """One line that stands out."""
    print(f"\n\033[1m== {text}\033[0m" if sys.stdout.isatty() else f"\n== {text}", flush=True)


def playbook(emulator: Emulator, name: str) -> str:
    """Run a playbook of this collection over the example inventory; its output is shown and returned."""
    identity = emulator.identity()
    env = {
        **{key: value for key, value in os.environ.items() if not key.startswith("AZURE_")},
        **emulator.env(),
        "AZURE_CLIENT_ID": identity["client_id"],
        "AZURE_CLIENT_SECRET": identity["secret"],
        "WORKSPACE365_INSTANCE_URL": emulator.workspace365_url(),
        "WORKSPACE365_PROVISIONING_KEY": emulator.control("GET", "workspace365/portal")["provisioning_key"],
        "TENANT_EMULATOR_CONTROL_URL": emulator.ready["control_url"],
        "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "False",
    }
    command = [str(Path(sysconfig.get_path("scripts")) / "ansible-playbook"), f"playbooks/{name}", "-i", "examples/inventory"]
    print("$ " + " ".join(["ansible-playbook", *command[1:]]), flush=True)
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as process:
        lines = []
        for line in process.stdout or ():
            print(line, end="", flush=True)
            lines.append(line)
    if process.returncode:
        sys.exit(f"{name} failed")
    return "".join(lines)


def count(emulator: Emulator) -> str:
    """How many requests the journal holds, reads and writes."""
    journal = emulator.journal()
    return f"{len(journal)} requests for {len(TENANTS)} tenants, {len(emulator.writes())} of them writes or secrets issued"


def main() -> None:
    """Start the emulator, connect, connect again, look at the other side, stop."""
    started = time.monotonic()
    with Emulator(ROOT / ".work" / "demo") as emulator:
        print(f"Emulated: {emulator.login_url}, {emulator.graph_url}, {emulator.workspace365_url()}")
        emulator.clear_journal()
        heading("First run: connect three tenants")
        playbook(emulator, "workspace365.yml")
        print(count(emulator))
        emulator.clear_journal()
        heading("Second run: the same playbook again")
        output = playbook(emulator, "workspace365.yml")
        print(count(emulator))
        if "changed=0" not in output or any(f"changed={n}" in output for n in range(1, 50)):
            sys.exit("the second run changed something")
        heading("What the other side holds, and whether a sign-in works")
        playbook(emulator, "demo.yml")
        heading(f"Done in {time.monotonic() - started:.0f} s. Both runs worked on real protocols; only the services were emulated.")


if __name__ == "__main__":
    main()
