# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Options of modules, as decisions put them together."""

from __future__ import annotations

import typing as t


def given(**options: t.Any) -> dict[str, t.Any]:
    """The options that have a value. One that is None is left to the module's default."""
    return {name: value for name, value in options.items() if value is not None}
