# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows what breaks the rules of roles (C(support/role_rules.py)), or writes how much it is for C(tests/unit/test_role_rules.py).

role_rules.py [WORD ...]  every violation whose line holds all words: a file, a rule
role_rules.py --write     tests/unit/data/role_rules_open.yml; the file goes when nothing is open
"""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from support import role_rules, role_yaml  # noqa: E402 (found by the line above)

OPEN = ROOT / "tests" / "unit" / "data" / "role_rules_open.yml"
HEADER = """\
# SPDX-License-Identifier: GPL-3.0-or-later
# What breaks the rules of support/role_rules.py, counted by file and rule. Written by tests/tools/role_rules.py --write; it only gets shorter.
"""


def main(words: list[str]) -> None:
    """Show or write."""
    violations = role_rules.check(role_yaml.read_all(ROOT))
    if words == ["--write"]:
        OPEN.parent.mkdir(exist_ok=True)
        table = role_rules.counted(violations)
        OPEN.write_text(HEADER + yaml.safe_dump(table)) if table else OPEN.unlink(missing_ok=True)
        return
    lines = [str(violation) for violation in violations]
    print("\n".join(line for line in lines if all(word in line for word in words)))


if __name__ == "__main__":
    main(sys.argv[1:])
