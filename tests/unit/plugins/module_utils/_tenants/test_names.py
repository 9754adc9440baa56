# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of hosts, and what may name a group."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError
from ansible_collections.tenantkit.connectors.plugins.module_utils._tenants.names import check_constructed, check_name, check_names, check_others, host_names

ONE, OTHER = "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"


@pytest.mark.parametrize("name", ["contoso", "Contoso_2.test-x", "_x", "7"])
def test_names(name: str) -> None:
    assert check_name(name, "it") == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a b",
        "a,b",
        "a:b",
        "a*",
        "a[0:3]",
        "!a",
        "&a",
        "~a",
        "@a",
        "-a",
        ".a",
        "é",
        "a\n",
        "{{ x }}",
        "all",
        "ungrouped",
        "localhost",
        "partner_relationship_active",
    ],
)
def test_what_ansible_would_read_as_something_else(name: str) -> None:
    with pytest.raises(OptionError, match="^The name is .*, which cannot be the name of a host"):
        check_name(name, "the name")


def test_names_by_tenant() -> None:
    assert check_names({ONE.upper(): "contoso", OTHER: 7}) == {ONE: "contoso", OTHER: "7"}
    for wrong, said in (({"contoso": "x"}, "no id of a tenant"), ({ONE: "x", ONE.upper(): "y"}, "twice"), ({ONE: "a b"}, f"name of tenant {ONE} in 'names'")):
        with pytest.raises(OptionError, match=said):
            check_names(wrong)


@pytest.mark.parametrize(
    ("ours", "files", "expected"),
    [
        ({}, {}, {ONE: ONE, OTHER: OTHER}),
        ({ONE: "contoso"}, {}, {ONE: "contoso", OTHER: OTHER}),
        ({ONE: "contoso"}, {ONE: "contoso", OTHER: "fabrikam"}, {ONE: "contoso", OTHER: "fabrikam"}),
        ({ONE: ONE}, {}, {ONE: ONE, OTHER: OTHER}),
        ({"00000000-0000-4000-8000-00000000000c": "gone"}, {}, {ONE: ONE, OTHER: OTHER}),
    ],
)
def test_names_of_hosts(ours: dict[str, str], files: dict[str, str], expected: dict[str, str]) -> None:
    assert host_names([ONE, OTHER], ours, files) == expected


@pytest.mark.parametrize(
    ("ours", "files", "said"),
    [
        ({ONE: "contoso"}, {ONE: "fabrikam"}, "'contoso' in 'names' and 'fabrikam' in the file"),
        ({ONE: "x", OTHER: "x"}, {}, f"Tenants {ONE} and {OTHER} are both called 'x'"),
        ({ONE: "x"}, {OTHER: "X"}, "both called 'X'"),
        ({ONE: OTHER}, {}, "the id of another tenant"),
        ({OTHER: "99999999-0000-4000-8000-00000000000c"}, {}, "the id of another tenant"),
    ],
)
def test_names_that_fail(ours: dict[str, str], files: dict[str, str], said: str) -> None:
    with pytest.raises(OptionError, match=said):
        host_names([ONE, OTHER], ours, files)


@pytest.mark.parametrize(
    ("compose", "keyed"),
    [
        ({}, []),
        ({"label": "partner_display_name | upper"}, [{"key": "region", "prefix": "region"}]),
        ({"region": "site.split('-')[0]"}, [{"key": "region"}]),
        ({}, [{"key": "partner_relationship_status"}, {"key": "my_partner_display_name_2"}]),
    ],
)
def test_what_may_be_constructed(compose: dict[str, str], keyed: list[t.Any]) -> None:
    check_constructed(compose, keyed)


@pytest.mark.parametrize(
    ("compose", "keyed", "said"),
    [
        ({}, [{"key": "partner_display_name"}], "out of 'partner_display_name'"),
        ({}, [{"key": "region"}, {"key": "partner_contract_domain.split('.')[0]"}], "out of 'partner_contract_domain'"),
        ({}, [{"key": "region", "parent_group": "{{ partner_display_name }}"}], "out of 'partner_display_name'"),
        ({"a": "partner_display_name", "b": "a ~ 'x'"}, [{"key": "b"}], "out of 'b'"),
        ({}, ["partner_display_name"], "out of 'partner_display_name'"),
        ({"entra_expected_domain": "partner_contract_domain"}, [], "sets 'entra_expected_domain'"),
        ({"entra_tenant_id": "'x'"}, [], "sets 'entra_tenant_id'"),
    ],
)
def test_what_a_customer_writes_names_nothing(compose: dict[str, str], keyed: list[t.Any], said: str) -> None:
    with pytest.raises(OptionError, match=said):
        check_constructed(compose, keyed)


@pytest.mark.parametrize(
    "others",
    [
        {},
        {"fabrikam": OTHER},
        {"contoso": None},  # a file with more about the host
        {"contoso": ONE.upper()},
        {"contoso": "contoso.com"},  # cannot be told from here
        {"Contoso": ONE},
        {"contoso": 7},
    ],
)
def test_hosts_of_other_sources(others: dict[str, t.Any]) -> None:
    check_others({"contoso": ONE}, others)


@pytest.mark.parametrize("name", ["contoso", "CONTOSO"])
def test_one_name_for_two_tenants_of_two_sources(name: str) -> None:
    """The last source would win, and the other tenant would be gone without a word."""
    with pytest.raises(OptionError, match=f"^Host {name!r} is tenant {OTHER} in another source of the inventory, and 'contoso' is tenant {ONE} in this one"):
        check_others({"contoso": ONE}, {"fabrikam": ONE, name: OTHER})
