# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that several modules share."""

from __future__ import annotations

import importlib
import pkgutil

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.tenantkit.connectors.plugins import modules
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


def exported():
    """Every option of every module that an environment variable can give: module, option, its spec, the variable."""
    for name in sorted(module.name for module in pkgutil.iter_modules(modules.__path__)):
        declaration = importlib.import_module(f"{modules.__name__}.{name}").DECLARATION
        for option, spec in declaration.argument_spec().items():
            for variable in spec.get("fallback", (None, []))[1]:
                yield pytest.param(option, spec, variable, id=f"{name}-{option}")


@pytest.mark.parametrize(("option", "spec", "variable"), list(exported()))
def test_an_empty_variable_of_the_environment_counts_as_not_set(monkeypatch, option, spec, variable):
    """The credential of a controller exports a field that was left out as an empty text."""

    def value():
        return ArgumentSpecValidator({option: {**spec, "required": False}}).validate({}).validated_parameters.get(option)

    monkeypatch.delenv(variable, raising=False)
    without = value()
    for empty in ("", "  "):
        monkeypatch.setenv(variable, empty)
        assert value() == without
    monkeypatch.setenv(variable, "AzureUSGovernment" if option == "cloud" else "https://x.example")
    assert value() not in (without, None)
