# SPDX-License-Identifier: GPL-3.0-or-later
"""The seeded faults are still faults of today's code; whether the tests notice them is what make mutants tells."""

from __future__ import annotations

import ast

import pytest
from support.seeded_faults import ROOT, Fault, promises, seeded_faults

FAULTS = seeded_faults()
LEAST = 40
# What no code of module_utils keeps: promises about the documentation and about what roles do in their order, which integration tests hold, and about the data
# that a controller is set up with.
ELSEWHERE = {23, 28, 59}


def test_there_are_enough_of_them() -> None:
    assert len({(fault.file, fault.before, fault.after) for fault in FAULTS}) == len(FAULTS) >= LEAST
    assert [fault.promise for fault in FAULTS] == sorted(fault.promise for fault in FAULTS)


def test_every_promise_has_one() -> None:
    assert promises() - {fault.promise for fault in FAULTS} == ELSEWHERE


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.promise}: {fault.breaks}")
def test_it_can_be_made(fault: Fault) -> None:
    code = (ROOT / fault.path).read_text()
    made = fault.made_in(code)
    assert ast.dump(ast.parse(made)) != ast.dump(ast.parse(code))
    assert fault.tests and all((ROOT / "tests" / test).exists() for test in fault.tests)


@pytest.mark.parametrize("code", ["", "if old:\n    if old:\n"])
def test_a_place_that_is_not_there_once(code: str) -> None:
    with pytest.raises(ValueError, match="promise 1"):
        Fault(1, "x", "x.py", ("unit",), "if old:", "if new:").made_in(code)
