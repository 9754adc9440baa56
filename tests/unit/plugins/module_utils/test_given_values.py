# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials and ids with what editors, shells and spreadsheets put around them."""

from __future__ import annotations

import importlib
import typing as t
from pathlib import Path

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils import _given_values
from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.choice import choose_credential
from ansible_collections.tenantkit.connectors.plugins.module_utils._declaration import Declaration, execute
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import Plan, Runtime
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import CredentialError
from ansible_collections.tenantkit.connectors.plugins.module_utils._given_values import CREDENTIALS, ValueKind, kind_of, usable, usable_options

MODULES = Path(_given_values.__file__).resolve().parents[1] / "modules"
GUID = "7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11"
BOM = "\ufeff"
CLEANED = (ValueKind.ID, ValueKind.TOKEN, ValueKind.DOCUMENT)


@pytest.mark.parametrize("kind", CLEANED)
@pytest.mark.parametrize("given", ["{}\n", " {} ", "{}\r\n", "\t{}", BOM + "{}", "\u200b{}", '"{}"', "'{}'", "\u201c{}\u201d", BOM + '"{}"\n', "{}"])
def test_what_cannot_be_a_part_is_taken_away(kind: ValueKind, given: str) -> None:
    assert usable(kind, given.format(GUID), "x") == GUID


# Of a key, and of a password: the words of the refusal, or None where the value is taken as it is.
GIVEN: list[tuple[str, str | None, str | None]] = [
    ("geheim\n", "begins or ends with white space", "ends with a newline"),
    ("geheim\r\n", "begins or ends with white space", "ends with a newline"),
    ("geheim ", "begins or ends with white space", None),
    (" geheim", "begins or ends with white space", None),
    ("\tgeheim", "begins or ends with white space", "control character"),
    (BOM + "geheim", "byte order mark", "byte order mark"),
    ("geheim\u200b", "byte order mark", "byte order mark"),
    ('"geheim"', "quotation marks", None),
    ("'geheim'", "quotation marks", None),
    ("\u201cgeheim\u201d", "quotation marks", None),
    ("ge\nheim", "line break", "line break"),
    ("ge\x00heim", "control character", "control character"),
    ("ge\u2013heim", "no key has", None),
    ("ge heim", None, None),
    ('ge"heim"', None, None),
    ("'", None, None),
    ("geheim", None, None),
    # What is missing says its reader.
    ("", None, None),
    (" \n", None, None),
]


@pytest.mark.parametrize(("value", "of_key", "of_password"), GIVEN)
def test_a_key_and_a_password_are_taken_as_they_are_or_refused(value: str, of_key: str | None, of_password: str | None) -> None:
    for kind, words in ((ValueKind.KEY, of_key), (ValueKind.PASSWORD, of_password)):
        if words is None:
            assert usable(kind, value, "x") == value
            continue
        with pytest.raises(CredentialError) as caught:
            usable(kind, value, "value of 'key'")
        assert caught.value.message.startswith("The value of 'key' ") and words in caught.value.message
        assert "heim" not in caught.value.sentence() and caught.value.advice and caught.value.outcome == "refused"


def test_the_usual_reason_is_named() -> None:
    with pytest.raises(CredentialError, match=r"^The value of 'k' begins or ends with white space\.$") as caught:
        usable(ValueKind.KEY, "KEY\n", "value of 'k'")
    assert caught.value.advice == "Remove it; a trailing newline is the usual reason."


@pytest.mark.parametrize("value", [" x\n", '"x"', "-----BEGIN X-----\n"])
def test_what_a_task_made_is_left_alone(value: str) -> None:
    assert usable(ValueKind.MADE_HERE, value, "x") == value


def test_options_inside_of_options_and_in_lists() -> None:
    spec = {
        "app_id": {"type": "str"},
        "environment_ids": {"type": "list", "elements": "str"},
        "folder_id": {"type": "int"},
        "delivery": {"type": "dict", "options": {"delivered_key_id": {"type": "str"}, "instance": {"type": "str"}}},
        "rows": {"type": "list", "elements": "dict", "options": {"object_id": {"type": "str"}}},
    }
    given = {
        "app_id": f"{GUID}\n",
        "environment_ids": [f" {GUID}", "x"],
        "folder_id": 7,
        "delivery": {"delivered_key_id": f"'{GUID}'", "instance": " as it is "},
        "rows": [{"object_id": f"{GUID} "}],
        "unknown": " as it is ",
    }
    assert usable_options(spec, given) == {
        "app_id": GUID,
        "environment_ids": [GUID, "x"],
        "folder_id": 7,
        "delivery": {"delivered_key_id": GUID, "instance": " as it is "},
        "rows": [{"object_id": GUID}],
        "unknown": " as it is ",
    }


# Every module


def declarations() -> t.Iterator[tuple[str, Declaration]]:
    for path in sorted(MODULES.glob("*.py")):
        if path.stem != "__init__":
            module = importlib.import_module(f"ansible_collections.tenantkit.connectors.plugins.modules.{path.stem}")
            yield path.stem, module.DECLARATION


def options_of(spec: t.Mapping[str, t.Any]) -> t.Iterator[tuple[str, t.Mapping[str, t.Any]]]:
    for name, option in spec.items():
        yield name, option
        yield from options_of(option.get("options") or {})


ALL = [(module, name, option) for module, declaration in declarations() for name, option in options_of(declaration.argument_spec())]


KNOWN = {"entra", "credential", "workspace365", "workato", "powerplatform", "connector"}


def test_each_option_that_hides_its_value_is_in_the_table() -> None:
    hidden = {name for _module, name, option in ALL if option.get("no_log") is True}
    assert set(CREDENTIALS) <= hidden, "a row that no option has"
    products = {name for module, name, option in ALL if option.get("no_log") is True and module.partition("_")[0] in KNOWN}
    assert products <= set(CREDENTIALS), "what is not in the table counts as a key, which its sentence cannot place"


def test_an_option_of_the_same_name_that_hides_nothing_is_no_credential() -> None:
    """The name of a field, say."""
    spec = {"input_field_map": {"type": "dict", "options": {"client_secret": {"type": "str", "no_log": False}}}}
    assert usable_options(spec, {"input_field_map": {"client_secret": "'x'"}}) == {"input_field_map": {"client_secret": "'x'"}}


def test_each_id_is_one() -> None:
    ids = {
        name
        for _module, name, option in ALL
        if kind_of(name, hidden=option.get("no_log") is True) is ValueKind.ID and option.get("type", "str") in ("str", "list")
    }
    assert {"auth_client_id", "client_id", "app_id", "object_id", "tenant_id", "environment_id", "environment_ids", "principal_object_id", "record_on"} <= ids


class Looking:
    """A resource that only tells what options it was given."""

    def __init__(self, runtime: Runtime) -> None:
        self._options = runtime.options

    def read(self) -> None:
        """Nothing."""

    def plan(self, current: None) -> Plan:
        return Plan()

    def apply(self, action: t.Any) -> None:
        raise NotImplementedError

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        return {"seen": self._options}


SPOILT = {
    ValueKind.KEY: "geheim\n",
    ValueKind.PASSWORD: "geheim\n",
    ValueKind.TOKEN: f"{BOM}a.b.c\n",
    ValueKind.DOCUMENT: f"{BOM}AAAA\n",
    ValueKind.MADE_HERE: "x\n",
}
SPOILT[ValueKind.ID] = f"'{GUID}'\n"
TOP = [
    (module, name, kind)
    for module, declaration in declarations()
    for name, option in declaration.argument_spec().items()
    if (kind := kind_of(name, hidden=option.get("no_log") is True)) and option["type"] == "str"
]


@pytest.mark.parametrize(("module", "name", "kind"), TOP)
def test_every_module_is_given_usable_values(module: str, name: str, kind: ValueKind) -> None:
    """Each credential and each id of each module goes the same way, whoever runs the module: its task or a look."""
    declared = dict(declarations())[module]
    outcome = execute(Declaration(declared.options, Looking, auth=declared.auth), {name: SPOILT[kind]}, check_mode=False, environ={})
    if kind in (ValueKind.KEY, ValueKind.PASSWORD):
        assert outcome.failed and f"'{name}'" in outcome.result["msg"] and "heim" not in str(outcome.result)
        assert name not in CREDENTIALS or CREDENTIALS[name].variable in outcome.result["msg"]
    else:
        seen = {ValueKind.ID: GUID, ValueKind.TOKEN: "a.b.c", ValueKind.DOCUMENT: "AAAA", ValueKind.MADE_HERE: "x\n"}[kind]
        assert outcome.result["seen"][name] == seen


def test_the_environment_is_read_the_same_way() -> None:
    environ = {"AZURE_CLIENT_ID": f"{GUID}\n", "AZURE_CLIENT_SECRET": "geheim"}
    choose_credential({}, environ).validate()
    with pytest.raises(CredentialError, match="environment variable AZURE_CLIENT_SECRET begins or ends with white space"):
        choose_credential({}, {**environ, "AZURE_CLIENT_SECRET": "geheim\n"})
