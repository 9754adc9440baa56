# SPDX-License-Identifier: GPL-3.0-or-later
"""What the package ships besides code."""

from __future__ import annotations

import tomllib
from pathlib import Path

EMULATOR = Path(__file__).resolve().parents[2] / "emulator"


def test_what_is_inferred_is_shipped_and_linked() -> None:
    """Whoever installs the emulator, or reads its README, finds what not to rely on."""
    shipped = tomllib.loads((EMULATOR / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]["tenant_emulator"]
    readme = (EMULATOR / "README.md").read_text()
    for path in (EMULATOR / "src" / "tenant_emulator").rglob("INFERRED*.md"):
        name = str(path.relative_to(EMULATOR / "src" / "tenant_emulator"))
        assert name in shipped
        assert f"(src/tenant_emulator/{name})" in readme
