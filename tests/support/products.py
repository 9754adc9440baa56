# SPDX-License-Identifier: GPL-3.0-or-later
"""What each connected product brings to the tests that are the same for all of them. It stands in C(integration/<role>/product.py) as C(PRODUCT)."""

from __future__ import annotations

import dataclasses
import functools
import importlib
import typing as t
from pathlib import Path

from tenant_emulator.testing import Emulator

if t.TYPE_CHECKING:
    from support.kill_plan import Kill
    from support.leak_plan import Held, Leak
    from support.playbooks import Run
    from support.scenarios import Scenario

Variables = dict[str, t.Any]
INTEGRATION = Path(__file__).resolve().parents[1] / "integration"


@dataclasses.dataclass(frozen=True)
class Privileges:
    """A life with just the permissions that the role's README gives: a run that writes, one that has nothing to do, and one that takes it back."""

    permissions: t.Callable[[], list[str]]  # application permissions of Microsoft Graph; see support/documented.py
    host: t.Callable[[Emulator, Path], Variables]  # host variables; the directory is the test's
    absent: Variables  # what takes it back
    check: t.Callable[[Run], object] = lambda run: None  # of the first run
    sampled: bool = True  # whether make test takes it


@dataclasses.dataclass(frozen=True)
class InLoop:
    """The role in a loop over tenants, on one host. What C(item) has besides C(name), C(id), C(domain) and C(folder) is the product's own."""

    variables: Variables  # of the role, taken from C(item)
    item: t.Callable[[str], Variables] = lambda name: {}
    has_its_own: t.Callable[[Emulator, str], bool] | None = None  # whether a tenant has what it is to have; one application of ours where this is not given


@dataclasses.dataclass(frozen=True)
class ProductTests:
    """One product. All names (of scenarios, leaks, budgets ...) are ids of tests and must be no other product's."""

    role: str
    #: Runs that can be killed anywhere. The first connects; the one whose name ends with C(absent) takes everything away.
    scenarios: t.Mapping[str, type[Scenario]]
    #: Requests and host-tasks of a run that finds everything as it should be, by scenario. They are what was measured, so that they only ever
    #: go down. make test takes the first.
    budgets: t.Mapping[str, tuple[int, int]]
    #: The same of the run before that, which connects.
    first_budgets: t.Mapping[str, tuple[int, int]]
    leaks: t.Mapping[str, Leak]
    privileges: t.Mapping[str, Privileges]
    in_loop: InLoop

    #: Requests of those scenarios that cost more as module processes: these cannot share what the questions of one look read.
    process_requests: t.Mapping[str, int] = dataclasses.field(default_factory=dict)

    #: Where scenarios are killed, and those with one more point that rotates: its number when nothing else is said.
    kills: t.Sequence[Kill] = ()
    rotating: t.Mapping[str, int] = dataclasses.field(default_factory=dict)
    #: Scenarios that are killed while the vault file of the role is written. make test takes the first.
    half_written: t.Sequence[str] = ()
    #: Runs that are killed with a secret in their hands.
    held: t.Mapping[str, Held] = dataclasses.field(default_factory=dict)

    #: What an operator has in the environment, what all hosts of an inventory have, and what a host has that is called like its tenant.
    environment: t.Callable[[Emulator], dict[str, str]] = lambda emulator: {}
    variables: t.Callable[[Emulator], Variables] = lambda emulator: {}
    host_variables: t.Callable[[str], Variables] = lambda name: {}
    #: Settings of the emulator without which tests would wait for nothing that they are about.
    unhurried: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)

    #: Tasks with each of its modules, in C(parity/every_module.yml) after those of the others, and defaults of its modules there.
    parity: t.Sequence[Variables] = ()
    module_defaults: t.Mapping[str, Variables] = dataclasses.field(default_factory=dict)
    #: Asserts what a failed result of its service has to say.
    check_failure: t.Callable[[t.Mapping[str, t.Any]], object] = lambda result: None

    @property
    def folder(self) -> Path:
        """Where its tests are, and in C(modules/) a playbook for each of its modules."""
        return INTEGRATION / self.role


@functools.cache
def products() -> dict[str, ProductTests]:
    """All of them by role."""
    names = sorted(path.parent.name for path in INTEGRATION.glob("*/product.py"))
    found = {name: importlib.import_module(f"integration.{name}.product").PRODUCT for name in names}
    assert {name: product.role for name, product in found.items()} == {name: name for name in found}, "a product's folder has the name of its role"
    return found


def every(part: str) -> dict[str, t.Any]:
    """One mapping of all products: C(scenarios), C(leaks) ..."""
    merged: dict[str, t.Any] = {}
    for product in products().values():
        more = getattr(product, part)
        assert merged.keys().isdisjoint(more), f"{part} of {product.role}: {sorted(merged.keys() & more.keys())} are another product's already"
        merged |= more
    return merged


def of_tenant(name: str) -> Variables:
    """The host variables of a tenant, of all products."""
    return {variable: value for product in products().values() for variable, value in product.host_variables(name).items()}
