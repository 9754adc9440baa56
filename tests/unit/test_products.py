# SPDX-License-Identifier: GPL-3.0-or-later
"""Every product is tried by the tests that are the same for all, and no file that they share has to be changed for another one."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path

from support.playbooks import ROOT
from support.products import products
from tenant_emulator.products import service_names

TESTS = ROOT / "tests"
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir() if path.name != "entra_connector")
SHARED = ("support/**/*.py", "integration/*.py", "integration/parity/*", "integration/placement/**/*.*", "emulator/src/tenant_emulator/**/*.*")
# May name a product, and another one changes nothing there.
ALLOWED = {
    "emulator/src/tenant_emulator/products/*": "the products",
    "emulator/src/tenant_emulator/graph/seed.py": "the id of an API of Microsoft's, which is in the directory whoever uses it",
    "emulator/src/tenant_emulator/data/first_party_apps.json": "Microsoft's own applications",
    "integration/test_safety_*.py": "promises of the shared code, tried on the product that shows them best",
    "integration/test_bad_input.py": "the same",
    "integration/test_clocks.py": "the same, and on the credentials that end in different ways",
    "integration/test_connected.py": "the same",
    "integration/test_connections.py": "the same",
    "integration/test_faults.py": "the same",
    "integration/test_hook_paths.py": "the same",
    "integration/test_named.py": "the same",
    "integration/test_stale_reads.py": "the same",
    "integration/test_preflight.py": "verdicts about several of them, each in the state that shows one best",
    "integration/test_runner.py": "a key that belongs to one instance, in slices that see others",
    "integration/test_rollout.py": "what one connector does to others takes several",
    "integration/test_examples.py": "the examples that are shipped",
}


def files() -> dict[str, Path]:
    """The shared files by their path below tests."""
    found = {str(path.relative_to(TESTS)): path for pattern in SHARED for path in TESTS.glob(pattern)}
    return {name: path for name, path in found.items() if path.is_file() and "__pycache__" not in name}


def names_of(role: str) -> str:
    """A pattern for the name of a role's product, however it is written."""
    return re.sub(r"_|(?<=[a-z])(?=\d)", "[ _-]?", role)


def test_every_role_has_a_product() -> None:
    assert list(products()) == ROLES


def test_every_product_is_tried_in_every_way() -> None:
    missing = {
        role: [name for name in ("scenarios", "budgets", "leaks", "privileges") if not getattr(product, name)]
        + [f"a scenario for {name}" for name in product.budgets if name not in product.scenarios]
        + [f"a first budget for {name}" for name in product.budgets if name not in product.first_budgets]
        + ([] if any(name.endswith("absent") for name in product.scenarios) else ["a scenario that takes it away"])
        + ([] if next(iter(product.scenarios.values())).writes else ["a first scenario that connects"])
        + ([] if (ROOT / "playbooks" / f"{role}.yml").is_file() else ["a playbook"])
        for role, product in products().items()
    }
    assert not {role: names for role, names in missing.items() if names}


def test_no_shared_file_names_a_product() -> None:
    pattern = re.compile("|".join([*map(names_of, ROLES), *(rf"\b{name}\b" for name in service_names())]), re.IGNORECASE)
    named = {}
    for name, path in files().items():
        found = pattern.search(f"{name}\n{path.read_text()}")
        if found and not any(fnmatch(name, allowed) for allowed in ALLOWED):
            named[name] = found[0]
    assert not named


def test_what_is_allowed_is_there() -> None:
    assert [pattern for pattern in ALLOWED if not any(fnmatch(name, pattern) for name in files())] == []
