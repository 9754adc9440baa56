# SPDX-License-Identifier: GPL-3.0-or-later
"""What the playbooks of C(make demo) run with."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from tenant_emulator.testing import Emulator

ROOT = Path(__file__).resolve().parents[2]

specification = importlib.util.spec_from_file_location("demo", ROOT / "tests" / "tools" / "demo.py")
assert specification and specification.loader
demo = importlib.util.module_from_spec(specification)
specification.loader.exec_module(demo)


def test_the_callers_home_settings_and_credentials_stay_out(emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HOME", "ANSIBLE_HOME", "ANSIBLE_CONFIG", "AZURE_CERTIFICATE_PATH"):
        monkeypatch.setenv(name, str(tmp_path))
    environment = demo.environment(emulator)
    assert Path(environment["HOME"]).is_relative_to(ROOT)
    assert [name for name, value in environment.items() if str(tmp_path) in value] == []
    assert environment["AZURE_CLIENT_ID"] == emulator.identity()["client_id"]
    assert list(tmp_path.iterdir()) == []
