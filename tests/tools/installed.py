# SPDX-License-Identifier: GPL-3.0-or-later
"""Connects an emulated tenant with the playbooks of an installed collection, by their full names.

installed.py FOLDER    the collections path that the collection, and nothing else, was installed to
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import typing as t
from pathlib import Path

from tenant_emulator.testing import Emulator

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from integration.workspace365.helpers import signs_in  # noqa: E402 (found by the lines above)
from support.playbooks import Run, run_playbook  # noqa: E402 (found by the lines above)


def main(collections: Path) -> None:
    """Workspace 365 in one tenant; then what recovering it and the roll-out of all products would do there, which takes every role."""
    with tempfile.TemporaryDirectory(prefix="tk-") as folder, Emulator() as emulator:
        workdir = Path(folder)
        hosts = Path(shutil.copy(ROOT / "tests" / "demo" / "inventory.yml", workdir))  # nothing of it is relative to the repository
        password = workdir / "vault-password"
        password.write_text("emulated-vault-password\n")
        env = {
            **emulator.operator_env(),
            "ANSIBLE_COLLECTIONS_PATH": str(collections),
            "ANSIBLE_VAULT_IDENTITY_LIST": f"demo@{password}",
            "DEMO_DIRECTORY": str(workdir),
        }

        def play(playbook: str, **more: t.Any) -> Run:
            return run_playbook(f"tenantkit.connectors.{playbook}", workdir, inventory=hosts, env=env, **more).ok()

        play("workspace365", args=["--limit", "contoso"])
        assert signs_in(emulator), "no user can sign in to Workspace 365"

        emulator.clear_journal()
        play("workspace365_recover", check=True, args=["--limit", "contoso"])
        assert play("rollout", check=True, args=["--limit", "contoso"]).changed(), "check mode predicts nothing for products that are not connected"
        assert emulator.writes() == [], "check mode wrote something"


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
