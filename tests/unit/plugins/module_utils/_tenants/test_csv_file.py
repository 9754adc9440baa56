# SPDX-License-Identifier: GPL-3.0-or-later
"""A CSV file of tenants."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError
from ansible_collections.tenantkit.connectors.plugins.module_utils._tenants.csv_file import CsvRow, check_variables, rows_of

ONE, OTHER = "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"


def read(text: str, **more: t.Any) -> dict[str, CsvRow]:
    return rows_of(text, "customers.csv", **{"delimiter": ",", "variables": (), **more})


@pytest.mark.parametrize(
    ("text", "more", "expected"),
    [
        (f"tenant_id\n{ONE}\n", {}, {ONE: CsvRow(2)}),
        (f"tenant_id\r\n{ONE.upper()}\r\n\r\n , \r\n{OTHER}", {}, {ONE: CsvRow(2), OTHER: CsvRow(5)}),
        (f" tenant_id , name,x\n {ONE} , contoso ,y\n", {}, {ONE: CsvRow(2, "contoso")}),
        (f"name,tenant_id\n,{ONE}\n", {}, {ONE: CsvRow(2)}),
        (f"tenant_id;name\n{ONE};contoso\n", {"delimiter": ";"}, {ONE: CsvRow(2, "contoso")}),
        (f"tenant_id,expected_domain\n{ONE},Contoso.COM\n", {}, {ONE: CsvRow(2, expected_domain="contoso.com")}),
        (
            f'tenant_id,display_name\n{ONE},"Contoso, ""the"" first\nof all"\n{OTHER},x\n',
            {},
            {ONE: CsvRow(2, "", 'Contoso, "the" first\nof all'), OTHER: CsvRow(4, "", "x")},
        ),
        (f"tenant_id,region,tier\n{ONE},emea,\n", {"variables": ("region", "tier")}, {ONE: CsvRow(2, variables={"region": "emea"})}),
        (f"tenant_id,ansible_host\n{ONE},evil.example\n", {}, {ONE: CsvRow(2)}),
        (f"tenant_id,name,region\n{ONE}\n", {"variables": ("region",)}, {ONE: CsvRow(2)}),
        ("tenant_id\n", {}, {}),
    ],
)
def test_rows(text: str, more: dict[str, t.Any], expected: dict[str, CsvRow]) -> None:
    assert read(text, **more) == expected


@pytest.mark.parametrize(
    ("text", "more", "said"),
    [
        ("", {}, "no column 'tenant_id'"),
        (f"tenant;name\n{ONE};x\n", {}, "no column 'tenant_id' .read with ','"),
        (f"tenant_id,name,name\n{ONE},x,y\n", {}, "column 'name' twice"),
        (f"tenant_id,name\n{ONE},x\n{OTHER},y\n{ONE.upper()},z\n", {}, "lines 2 and 4 are of the same tenant"),
        ("tenant_id,name\n,x\n", {}, "line 2 has no 'tenant_id'"),
        ("name,tenant_id\nx\n", {}, "line 2 has no 'tenant_id'"),
        ("tenant_id\ncontoso.com\n", {}, "line 2 has 'contoso.com' as 'tenant_id'"),
        (f"tenant_id,name\n{ONE},a,b\n", {}, "line 2 has 3 cells, and the header has 2"),
        (f"tenant_id,name\n{ONE},a b\n", {}, "The column 'name' in line 2 of customers.csv is 'a b'"),
        (f"tenant_id,expected_domain\n{ONE},contoso\n", {}, "line 2 has 'contoso' as 'expected_domain'"),
        (f'tenant_id,name\n{ONE},"a"b\n', {}, "line 2 is no CSV"),
        (f'tenant_id,name\n{ONE},"a\n', {}, "is no CSV"),
        (f"tenant_id\n{ONE}\n", {"variables": ("region",)}, "'region', and customers.csv has no such column"),
    ],
)
def test_a_file_that_cannot_be_meant(text: str, more: dict[str, t.Any], said: str) -> None:
    with pytest.raises(OptionError, match=said):
        read(text, **more)


def test_variables_of_a_file() -> None:
    assert check_variables(["region", "Tier_2"]) == ("region", "Tier_2")


@pytest.mark.parametrize(
    "name",
    [
        "ansible_connection", "ansible_python_interpreter", "ansible_", "entra_tenant_id", "entra_expected_domain", "partner_display_name",
        "inventory_hostname", "group_names", "groups", "hostvars", "omit", "vars",
    ],
)  # fmt: skip
def test_what_a_file_may_not_set(name: str) -> None:
    with pytest.raises(OptionError, match=f"'{name}', which a CSV file cannot set"):
        check_variables(["region", name])


@pytest.mark.parametrize("name", ["", "a b", "2nd", "a-b", "tenant_id", "name", "{{ x }}"])
def test_what_is_no_variable(name: str) -> None:
    with pytest.raises(OptionError, match="cannot be the name of a variable"):
        check_variables([name])
