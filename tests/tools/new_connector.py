# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a new connector from the template of a made-up product, Acme, and enters it where connectors are listed.

    new_connector.py NAME [TITLE]     make connector NAME=fresh_service TITLE="Fresh Service"

NAME is the name of the role, and of everything else. Nothing is overwritten; when something goes wrong nothing is left behind. What is to be done with the new
files is in docs/add_a_connector.md.
"""

from __future__ import annotations

import keyword
import re
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = Path("tests/template/connector")
LONGEST_NAME, LONGEST_TITLE = 24, 32
# Names that something else has: the template, what the emulator answers to besides products, files beside the products' own, shared words of variables.
TAKEN = {"acme", "arm", "base", "connector", "control", "entra", "graph", "identity", "login", "options", "registry", "resource", "roles", "rollout", "tenant"}
# Files that list the connectors, for people: before which line, or after the last of which lines, the new row goes.
LISTED = {
    "README.md": (
        ("| `credential_vault_file` |", "| `{name}_sso` | single sign-on of {title} |"),
        ("| [`entra_connector`]", "| [`{name}`](roles/{name}/README.md) | `{name}` | sign-in to {title} |"),
    ),
    "docs/results/README.md": (("| `okta_workflows_result` |", "| `{name}_result` | [{name}]({name}.schema.json) |"),),
}
GENERATORS = (("generate.py",), ("generate_role_options.py",), ("public_interface.py", "--write"))
# What those write besides files of the connector itself.
GENERATED = ("meta/runtime.yml", "playbooks/tasks/known_connectors.yml", "plugins/module_utils/_products/roles.py", "tests/unit/data/public_interface.json")

NEXT = """\
Next, in this order (docs/add_a_connector.md says more):
  1. The vendor's pages: read the API, replace what is made up in {products}/client.py and in
     tests/emulator/src/tenant_emulator/products/{name}.py, with source and date.
  2. What the operator says: roles/{name}/meta/argument_specs.yml and defaults, then {products}/connection.py.
  3. What follows from it: {products}/plan.py, plugins/modules/{name}_sso.py.
  4. make generate, and .venv/bin/python tests/tools/public_interface.py --write
  5. .venv/bin/python -m pytest tests/unit/plugins/module_utils/_products/{name} tests/unit/test_products.py tests/unit/test_architecture.py
     .venv/bin/python -m pytest tests/integration -k {name}
  6. roles/{name}/README.md, then make lint docs sanity, and make test."""


class Refused(Exception):
    """Why there is no new connector, in one sentence."""


class Words:
    """How the new product is called in each place where the template says Acme."""

    def __init__(self, name: str, title: str) -> None:
        self.name, self.title = name, title
        self._spellings = {"acme": name, "ACME": name.upper(), "Acme": title}
        self._class = "".join(part.capitalize() for part in name.split("_"))
        self._host = name.replace("_", "-")

    def of(self, text: str) -> str:
        """A text or a path of the template for the new product. Classes are called like the name, host names have no underscore."""
        text = re.sub(r"acme(?=\.example)", self._host, text)
        text = re.sub(r"Acme(?=[A-Z])", self._class, text)
        return re.sub("acme|Acme|ACME", lambda found: self._spellings[found[0]], text)


def words_of(name: str, title: str) -> Words:
    """The names of the product. Raises Refused for what cannot be a name of everything, from a folder to a host variable."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*", name) or not 3 <= len(name) <= LONGEST_NAME or keyword.iskeyword(name):
        raise Refused(f"NAME is {name!r}: small letters, digits and single underscores, 3 to {LONGEST_NAME} of them, as in fresh_service.")
    if name in TAKEN:
        raise Refused(f"NAME is {name!r}, which something else is called already: take the full name of the product.")
    title = title.strip() or " ".join(part.capitalize() for part in name.split("_"))
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 .&+-]*", title) or len(title) > LONGEST_TITLE:
        raise Refused(f"TITLE is {title!r}: letters, digits, spaces and . & + -, up to {LONGEST_TITLE} of them, as in Fresh Service.")
    return Words(name, title)


def own_folders(files: t.Iterable[Path], words: Words) -> set[Path]:
    """The folders that are the new connector's alone."""
    return {folder for path in files for folder in path.parents if folder.name == words.name}


def template_files(root: Path, words: Words) -> dict[Path, str]:
    """The files of the new connector, by their path. Raises Refused when one of them, or something of its name, is there."""
    sources = sorted(path for path in (root / TEMPLATE).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    files = {root / words.of(str(path.relative_to(root / TEMPLATE))): words.of(path.read_text(encoding="utf-8")) for path in sources}
    # ansible-test wants the line in modules, and nowhere else.
    files |= {path: f"#!/usr/bin/python\n{text}" for path, text in files.items() if path.parent == root / "plugins" / "modules"}
    folders = own_folders(files, words)
    for path in sorted([*files, *folders, *(folder.with_suffix(".py") for folder in folders), *(path.with_suffix("") for path in files)]):
        if path.exists():
            raise Refused(f"{path.relative_to(root)} is there already: nothing was written.")
    return files


def listed(root: Path, words: Words) -> dict[Path, str]:
    """The files that list connectors, with the new one. Raises Refused when the place for it is not found."""
    found = {}
    for file, rows in LISTED.items():
        text = (root / file).read_text(encoding="utf-8")
        for before, row in rows:
            head, line, tail = text.partition(f"\n{before}")
            if not line:
                raise Refused(f"{file} has no line that begins with {before!r}, before which the new one belongs: nothing was written.")
            text = f"{head}\n{row.format(name=words.name, title=words.title)}{line}{tail}"
        found[root / file] = text
    return found


def check_clean(root: Path) -> None:
    """What is edited here has no other changes, so that the difference is the new connector. Raises Refused."""
    status = subprocess.run(["git", "status", "--porcelain", "--", *LISTED, *GENERATED], cwd=root, text=True, capture_output=True, check=False)
    changed = [line[3:] for line in status.stdout.splitlines()]
    if changed:
        raise Refused(f"{', '.join(changed)} {'has' if len(changed) == 1 else 'have'} changes that are not committed: commit them first, nothing was written.")


def run(root: Path, *command: str) -> None:
    """Run a tool of this interpreter's. Raises Refused with what it said when it fails."""
    done = subprocess.run([sys.executable, *command], cwd=root, text=True, capture_output=True, check=False)
    if done.returncode:
        raise Refused(f"{' '.join(command)} failed, and everything was taken back: {(done.stderr or done.stdout).strip()}")


def write(root: Path, words: Words) -> tuple[list[Path], list[str], list[str]]:
    """Make the connector. Returns its files (the two generated ones last) and which shared files were edited and generated anew. Raises Refused."""
    files, edited = template_files(root, words), listed(root, words)
    folders = own_folders(files, words)
    check_clean(root)
    # What the generator adds for it.
    added = [root / "plugins" / "action" / f"{words.name}_sso.py", root / "roles" / words.name / "tasks" / "data.yml"]
    kept = {path: path.read_bytes() for path in [*edited, *(root / name for name in GENERATED)]}
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        for path, text in edited.items():
            path.write_text(text, encoding="utf-8")
        for tool, *options in GENERATORS:
            run(root, f"tests/tools/{tool}", *options)
        # Lines are longer or shorter than those of the template.
        run(root, "-m", "ruff", "format", "--quiet", *(str(path) for path in files if path.suffix == ".py"))
    except BaseException:
        for path in (*files, *added):
            path.unlink(missing_ok=True)
        for folder in folders:  # none of them was there before
            shutil.rmtree(folder, ignore_errors=True)
        for path, content in kept.items():
            path.write_bytes(content)
        raise
    generated = [name for name in GENERATED if (root / name).read_bytes() != kept[root / name]]
    return [*files, *added], list(LISTED), generated


def main(arguments: list[str]) -> None:
    try:
        if len(arguments) not in (1, 2):
            raise Refused('Say which product: make connector NAME=fresh_service TITLE="Fresh Service".')
        words = words_of(*arguments, *[""] * (2 - len(arguments)))
        made, edited, generated = write(ROOT, words)
    except Refused as refused:
        sys.exit(str(refused))
    print("\n".join(str(path.relative_to(ROOT)) for path in made))
    print(f"\n{len(made) - 2} files from the template and 2 generated are the connector {words.name}.")
    print(f"{len(edited)} shared files were edited: {', '.join(edited)}.")
    print(f"{len(generated)} shared files were generated anew: {', '.join(generated)}.\n")
    print(NEXT.format(name=words.name, products=f"plugins/module_utils/_products/{words.name}"))


if __name__ == "__main__":
    main(sys.argv[1:])
