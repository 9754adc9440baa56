# SPDX-License-Identifier: GPL-3.0-or-later
"""Which runs of ansible-playbook may be forked."""

from __future__ import annotations

import pytest
from support.forked_choice import reasons_for_real

BASE = {"PATH": "/bin", "LANG": "C.UTF-8", "ANSIBLE_NOCOLOR": "1"}
READ = {"USER", "UNIXCONFDIR"}


@pytest.mark.parametrize(
    ("env", "reasons"),
    [
        # What the run reads itself
        ({}, []),
        ({"HOME": "/h", "TMPDIR": "/t", "RECORD_PATH": "/r"}, []),
        ({"PATH": "/other"}, []),
        ({"AZURE_CLIENT_SECRET": "s", "TENANTKIT_MODULE_PROCESS": "1", "SSL_CERT_FILE": "/c"}, []),
        # Settings of ansible-core: read again, and compared with those that the import used
        ({"ANSIBLE_CONFIG": "/a.cfg"}, []),
        ({"ANSIBLE_NOCOLOR": "0", "ANSIBLE_VAULT_IDENTITY_LIST": "a@b", "ANSIBLE_COLLECTIONS_PATH": "/c"}, []),
        # The interpreter
        ({"PYTHONPATH": "/p"}, ["PYTHONPATH"]),
        ({"PYTHONHASHSEED": "0", "PYTHONWARNINGS": "error"}, ["PYTHONHASHSEED", "PYTHONWARNINGS"]),
        ({"PYTHON_GIL": "0"}, ["PYTHON_GIL"]),
        ({"COVERAGE_PROCESS_START": "rc"}, ["COVERAGE_PROCESS_START"]),
        ({"COV_CORE_SOURCE": "."}, ["COV_CORE_SOURCE"]),
        # What is below it
        ({"LD_PRELOAD": "x.so"}, ["LD_PRELOAD"]),
        ({"LD_LIBRARY_PATH": "/l"}, ["LD_LIBRARY_PATH"]),
        ({"MALLOC_ARENA_MAX": "1"}, ["MALLOC_ARENA_MAX"]),
        ({"OPENSSL_CONF": "/o"}, ["OPENSSL_CONF"]),
        ({"CRYPTOGRAPHY_OPENSSL_NO_LEGACY": "1"}, ["CRYPTOGRAPHY_OPENSSL_NO_LEGACY"]),
        # Language and time zone
        ({"LANG": "C"}, ["LANG"]),
        ({"LANG": None}, ["LANG"]),
        ({"LC_ALL": "C.UTF-8"}, ["LC_ALL"]),
        ({"TZ": "Asia/Tokyo"}, ["TZ"]),
        # What a module looked at when it was imported, of whatever name
        ({"USER": "operator"}, ["USER"]),
        ({"UNIXCONFDIR": "/etc"}, ["UNIXCONFDIR"]),
        ({"USERNAME": "operator"}, []),
    ],
)
def test_reasons_for_real(env: dict[str, str | None], reasons: list[str]) -> None:
    run = {name: value for name, value in {**BASE, **env}.items() if value is not None}
    assert reasons_for_real(run, BASE, READ) == reasons


def test_the_same_value_is_no_reason() -> None:
    same = {"TZ": "UTC", "USER": "operator", "LC_ALL": "C.UTF-8"}
    assert reasons_for_real({**same, "HOME": "/h"}, same, READ) == []
