# SPDX-License-Identifier: GPL-3.0-or-later
"""Which runs of ansible-playbook may be forked from a process that has ansible-core imported, and which have to be the real command."""

from __future__ import annotations

import fnmatch
import typing as t

# The test run's own environment: with 1 each run is the real command.
ALL_REAL = "TENANTKIT_TESTS_REAL"
# What the interpreter, the dynamic linker and the libraries below them look at when a process starts, and cannot be told later.
AT_START = (
    *("PYTHON*", "COVERAGE_*", "COV_CORE_*"),
    *("LD_*", "MALLOC_*", "GLIBC_TUNABLES", "OPENSSL_*", "CRYPTOGRAPHY_*"),
    *("LANG", "LANGUAGE", "LC_*", "TZ", "TZDIR"),
)


def reasons_for_real(env: t.Mapping[str, str], base: t.Mapping[str, str], read: t.Collection[str]) -> list[str]:
    """The variables because of which a run has to be the real command; none when it may be forked.

    ``env`` is the environment of the run, ``base`` that of the process it would be forked from, and ``read`` are the variables that modules looked at
    when that process imported them. The settings of ansible-core are not among them: the forked process reads them again, and executes the real
    command where one of them was used by the import.
    """
    different = {name for name in env.keys() | base.keys() if env.get(name) != base.get(name)}
    return sorted(name for name in different if name in read or any(fnmatch.fnmatchcase(name, pattern) for pattern in AT_START))
