# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks what the last measured test run covered of the files that decide: planners, models and reports.

decision_coverage.py           ends with 1 when a file is below the limit, and lists the lines and branches that no test reached
decision_coverage.py --all     lists every file with its figure

Which files decide is what the purity rule of the architecture says (support/architecture.py); the figure counts lines and branches, as coverage.py does.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from support.architecture import deciding  # noqa: E402 (found by the line above)
from support.source_tree import Tree  # noqa: E402 (found by the line above)

LIMIT = 98.0  # per cent of lines and branches


def measured() -> dict[str, t.Any]:
    """What coverage.py recorded, by path below plugins/. Exits when there is no record."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "coverage.json"
        done = subprocess.run([sys.executable, "-m", "coverage", "json", "-q", "-o", target], cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"no coverage to look at: {done.stdout}{done.stderr}".strip())
        files = json.loads(target.read_text())["files"]
    return {str(Path(name).relative_to("plugins")): entry for name, entry in files.items()}


def below(files: t.Mapping[str, t.Any], names: t.Iterable[str], limit: float = LIMIT) -> list[str]:
    """A line for each of these files that is below the limit, or that no test loaded."""
    found = []
    for name in names:
        entry = files.get(name)
        if entry is None:
            found.append(f"{name}: no test loads it")
        elif entry["summary"]["percent_covered"] < limit:
            branches = [f"{start}->{'end' if end < 0 else end}" for start, end in entry.get("missing_branches", ())]
            missing = ", ".join([*map(str, entry["missing_lines"]), *branches])
            found.append(f"{name}: {entry['summary']['percent_covered']:.1f} % of {limit:g}; not reached: {missing}")
    return found


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check what tests cover of the files that decide.")
    parser.add_argument("--all", action="store_true", help="list every file")
    options = parser.parse_args(arguments)
    names = [str(source.path) for source in deciding(Tree(ROOT / "plugins"))]
    files = measured()
    if options.all:
        for name in names:
            print(f"{files[name]['summary']['percent_covered']:6.1f} {name}" if name in files else f"     - {name}")
    lines = below(files, names)
    print("\n".join(lines) or f"{len(names)} files that decide: each at least {LIMIT:g} % of lines and branches")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
