# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes the pictures of a report's page that the documentation shows; run by C(make pictures)."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / ".work" / "collections"), str(ROOT / "tests")]

from ansible_collections.tenantkit.connectors.plugins.module_utils._report.page import page  # noqa: E402 (found by the line above)
from support.reports import fleet  # noqa: E402

from pages.conftest import Browser  # noqa: E402

IMAGES = ROOT / "docs" / "images"
TO_THE_TABLE = "document.getElementById('all').scrollIntoView()"


def main() -> None:
    """One of a small run in light, one of a large one in dark, which shows what failed and its table."""
    with tempfile.TemporaryDirectory() as folder:
        browser = Browser(Path(folder))
        first = {"picture": str(IMAGES / "rollout_report.png"), "width": 1100, "height": 780}
        rows = {"picture": str(IMAGES / "rollout_report_tenants.png"), "scheme": "dark", "width": 1340, "height": 640}
        browser(page(fleet(500), days=30), first, {**rows, "steps": [{"run": TO_THE_TABLE}]})


if __name__ == "__main__":
    main()
