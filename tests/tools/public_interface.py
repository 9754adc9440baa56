# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows how the public interface differs from C(tests/unit/data/public_interface.json), or brings that list up to date.

public_interface.py                    every difference
public_interface.py --write            adds what is new; refuses when something was removed or changed
public_interface.py --write-breaking   also what was removed or changed: only with a changelog entry, and an alias that stays for one minor version
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / ".work" / "collections")]

from support import public_interface  # noqa: E402 (found by the line above)

LIST = ROOT / "tests" / "unit" / "data" / "public_interface.json"


def main(options: list[str]) -> None:
    """Show or write."""
    now = public_interface.collect(ROOT)
    differences = list(public_interface.compare(json.loads(LIST.read_text()) if LIST.exists() else {}, now))
    for difference in differences:
        print(f"{'BREAKS  ' if difference.breaks else 'new     '}{difference.path}: {difference.text}")
    breaks = any(difference.breaks for difference in differences) and LIST.exists()
    if "--write" in options and breaks:
        sys.exit("Nothing was written: what was removed or changed needs a changelog entry and an alias for one minor version, and then --write-breaking.")
    if "--write" in options or "--write-breaking" in options:
        LIST.write_text(public_interface.dump(now) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
