# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of the documentation, as tests read them."""

from __future__ import annotations


def cells(row: str) -> list[str]:
    """What stands in a row of a table."""
    return [cell.strip() for cell in row.strip("|").split("|")]


def rows(table: str) -> list[list[str]]:
    """The rows of a table, without its head."""
    return [cells(row) for row in table.splitlines()[2:]]
