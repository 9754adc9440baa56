# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""A CSV file of tenants: those of an inventory, or what an operator says of the ones that a partner's lists have. Pure."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
import typing as t

from .._auth.guard import normalise_domain
from .._errors import OptionError
from .._ids import is_guid
from .names import check_name

TENANT_ID = "tenant_id"
COLUMNS = (TENANT_ID, "name", "display_name", "expected_domain")
# What a file may not say of a host: how Ansible reaches it, which tenant it is, and what the lists say of it.
_NOT_BY_FILE = re.compile(
    r"ansible_.*|entra_tenant_id|entra_expected_domain|partner_.*|inventory_.*|group_names|groups|hostvars|play_hosts|omit|vars|environment"
)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclasses.dataclass(frozen=True)
class CsvRow:
    """What a file says of a tenant; an empty cell says nothing."""

    line: int
    name: str = ""
    display_name: str = ""
    expected_domain: str = ""
    variables: t.Mapping[str, str] = dataclasses.field(default_factory=dict)


def check_variables(names: t.Sequence[str]) -> tuple[str, ...]:
    """The option C(csv_variables). Raises OptionError for a name that is no variable, or that a file may not set."""
    for name in names:
        if not _VARIABLE.fullmatch(name) or name in COLUMNS:
            raise OptionError(f"'csv_variables' has {name!r}, which cannot be the name of a variable.", code="csv_variables", advice="Rename the column.")
        if _NOT_BY_FILE.fullmatch(name):
            raise OptionError(
                f"'csv_variables' has {name!r}, which a CSV file cannot set.",
                code="csv_variables",
                advice="Write it in group_vars or host_vars; the column of the domain that a tenant has to have is called 'expected_domain'.",
            )
    return tuple(names)


def rows_of(text: str, path: str, *, delimiter: str, variables: t.Sequence[str]) -> dict[str, CsvRow]:
    """The rows of a file, by the id of their tenants. ``variables`` are the columns that become variables of the host.

    Raises OptionError, with the line, for what cannot be meant: a row that is left out would be a tenant that is left out.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        _check_header(header, path, delimiter, variables)
        found: dict[str, CsvRow] = {}
        line = reader.line_num + 1
        for cells in reader:
            begins, line = line, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) > len(header):
                raise _wrong(
                    path, begins, f"has {len(cells)} cells, and the header has {len(header)} columns", "Put quotation marks around a cell with a comma."
                )
            row = {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
            tenant_id = _tenant_of(row.get(TENANT_ID, ""), path, begins)
            if tenant_id in found:
                raise OptionError(
                    f"'csv_path' is {path}, and its lines {found[tenant_id].line} and {begins} are of the same tenant {tenant_id}.",
                    code="csv_path",
                    advice="Remove one of them.",
                )
            found[tenant_id] = _row(row, path, begins, variables)
    except csv.Error as error:
        raise OptionError(f"'csv_path' is {path}, and its line {reader.line_num} is no CSV: {error}.", code="csv_path", advice="Correct the line.") from None
    return found


def _check_header(header: t.Sequence[str], path: str, delimiter: str, variables: t.Sequence[str]) -> None:
    if TENANT_ID not in header:
        raise OptionError(
            f"'csv_path' is {path}, and its first line has no column '{TENANT_ID}' (read with {delimiter!r} between the cells).",
            code="csv_path",
            advice=f"Name the columns there: {', '.join(COLUMNS)}, and those of 'csv_variables'. 'csv_delimiter' is what stands between them.",
        )
    if twice := sorted({name for name in header if name and header.count(name) > 1}):
        raise OptionError(f"'csv_path' is {path}, and its first line names the column {twice[0]!r} twice.", code="csv_path", advice="Rename one of them.")
    if missing := [name for name in variables if name not in header]:
        raise OptionError(
            f"'csv_variables' has {missing[0]!r}, and {path} has no such column.",
            code="csv_variables",
            advice=f"Its columns are {', '.join(filter(None, header))}.",
        )


def _tenant_of(cell: str, path: str, line: int) -> str:
    if not is_guid(cell):
        said = f"has {cell!r} as '{TENANT_ID}', which is no id of a tenant" if cell else f"has no '{TENANT_ID}'"
        raise _wrong(path, line, said, "Write the GUID of the tenant.")
    return cell.lower()


def _row(row: t.Mapping[str, str], path: str, line: int, variables: t.Sequence[str]) -> CsvRow:
    name, domain = row.get("name", ""), row.get("expected_domain", "")
    if name:
        check_name(name, f"the column 'name' in line {line} of {path}")
    normal = normalise_domain(domain) if domain else ""
    if normal is None:
        raise _wrong(
            path, line, f"has {domain!r} as 'expected_domain', which is not a domain", "Write a verified domain of the tenant, or leave the cell empty."
        )
    return CsvRow(line, name, row.get("display_name", ""), normal, {column: row[column] for column in variables if row.get(column)})


def _wrong(path: str, line: int, what: str, advice: str) -> OptionError:
    return OptionError(f"'csv_path' is {path}, and its line {line} {what}.", code="csv_path", advice=advice)
