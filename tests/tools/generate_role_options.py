# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the options that all roles share into their argument specs: Ansible has no way to include them.

They stand once, in role_options.yml beside this file, and in each entry point of each role between two comments.

    generate_role_options.py            write what differs
    generate_role_options.py --check    change nothing, say what would be written, end with 1 if anything would
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = Path(__file__).with_name("role_options.yml")
BEGIN = "      # What all roles share, from tests/tools/role_options.yml.\n"
END = "      # End of what all roles share.\n"
_BLOCK = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)


def shared_block(source: str) -> str:
    """The block with its two comments, indented as options of an entry point are."""
    lines = [line for line in source.splitlines() if not line.startswith("#") and line.strip()]
    return BEGIN + "".join(f"      {line}\n" for line in lines) + END


def wanted(text: str, block: str) -> str:
    """An argument spec with the block as it has to be in each entry point that marks it. Raises ValueError for a spec that marks none."""
    if not _BLOCK.search(text):
        raise ValueError("no place is marked for the shared options")
    return _BLOCK.sub(lambda _found: block, text)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Write the options that all roles share into their argument specs.")
    parser.add_argument("--check", action="store_true", help="change nothing; end with 1 if something would change")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    block = shared_block(SOURCE.read_text(encoding="utf-8"))
    differs = False
    for path in sorted(options.root.glob("roles/*/meta/argument_specs.yml")):
        text = path.read_text(encoding="utf-8")
        new = wanted(text, block)
        if new != text:
            differs = True
            print(f"{'would write' if options.check else 'write'} {path.relative_to(options.root)}")
            if not options.check:
                path.write_text(new, encoding="utf-8")
    return 1 if differs and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
