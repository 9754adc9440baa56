# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that several modules share."""

from __future__ import annotations

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.tenantkit.connectors.plugins.module_utils._argspec import auth_argument_spec


def cloud(given=None):
    options = {} if given is None else {"cloud": given}
    checked = ArgumentSpecValidator({"cloud": auth_argument_spec()["cloud"]}).validate(options)
    return checked.validated_parameters["cloud"], checked.error_messages


@pytest.mark.parametrize(
    ("exported", "expected"),
    [
        (None, "public"),
        ("", "public"),
        ("AzureCloud", "public"),
        ("AzureUSGovernment", "usgov"),
        ("azurechinacloud", "china"),
    ],
)
def test_the_cloud_of_the_environment(monkeypatch, exported, expected):
    """As the credential of a controller exports it; what the task says wins."""
    monkeypatch.delenv("AZURE_CLOUD_ENVIRONMENT", raising=False)
    if exported is not None:
        monkeypatch.setenv("AZURE_CLOUD_ENVIRONMENT", exported)
    assert cloud() == (expected, [])
    assert cloud("gcc") == ("gcc", [])


def test_a_cloud_that_is_not_known_is_named_with_its_variable(monkeypatch):
    monkeypatch.setenv("AZURE_CLOUD_ENVIRONMENT", "AzureGermanCloud")
    _value, errors = cloud()
    assert len(errors) == 1 and "AZURE_CLOUD_ENVIRONMENT=AzureGermanCloud" in errors[0] and "usgov" in errors[0]
