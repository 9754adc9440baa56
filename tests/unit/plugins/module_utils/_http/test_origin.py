# SPDX-License-Identifier: GPL-3.0-or-later
"""Which run and which change a request belongs to."""

from __future__ import annotations

import uuid

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError
from ansible_collections.tenantkit.connectors.plugins.module_utils._http.origin import Origin, job_of

OWN = "4711-0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("environ", "own", "change", "products"),
    [
        ({}, "", None, ""),
        ({}, OWN, None, " run/0123456789ab"),
        ({"JOB_ID": "815"}, OWN, None, " run/815"),
        ({"JOB_ID": ""}, OWN, "", " run/0123456789ab"),
        ({"JOB_ID": "8\r\nX: y"}, OWN, None, " run/0123456789ab"),
        ({"JOB_ID": "815"}, "", " CHG0042 ", " run/815 change/CHG0042"),
        ({}, "", "CHG-0042_a.b", " change/CHG-0042_a.b"),
    ],
)
def test_what_the_user_agent_says(environ, own, change, products):
    assert Origin.of(environ, own, change).products == products


@pytest.mark.parametrize("change", ["CHG 42", "CHG\n42", "-x", "x" * 65, "CHG/42", "ä", "(x)"])
def test_what_is_no_reference(change):
    with pytest.raises(OptionError, match="entra_change_reference"):
        Origin.of({}, "", change)


def test_the_ids_of_a_run_begin_alike():
    run, other, changed = Origin("815"), Origin("816"), Origin("815", "CHG0042")
    ids = [run.request_id() for _number in range(20)]
    assert len(set(ids)) == 20 and len({text[:8] for text in ids}) == 1
    assert all(str(uuid.UUID(text)) == text for text in ids)
    assert len({origin.request_id()[:8] for origin in (run, other, changed)}) == 3


def test_the_ids_of_an_unknown_run_have_nothing_in_common():
    assert len({Origin().request_id()[:8] for _number in range(20)}) == 20


@pytest.mark.parametrize(
    ("variables", "environ", "job"),
    [
        ({}, {}, ""),
        ({"awx_job_id": 4711, "tower_job_id": 4711}, {"JOB_ID": "815"}, "4711"),
        ({"tower_job_id": "4712"}, {}, "4712"),
        ({"awx_job_id": ""}, {"JOB_ID": "815"}, "815"),
    ],
)
def test_the_number_of_a_job(variables, environ, job):
    assert job_of(variables, environ) == job
