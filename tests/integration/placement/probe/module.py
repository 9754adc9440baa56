# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for a module of the collection."""

from __future__ import annotations

from ansible_collections.tenantkit.connectors.plugins.module_utils._module import run_module
from ansible_collections.tenantkit.connectors.plugins.module_utils._probe import declaration

DECLARATION = declaration(auth=True)


def main() -> None:
    run_module(DECLARATION)


if __name__ == "__main__":
    main()
