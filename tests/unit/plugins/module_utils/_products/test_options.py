# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options as decisions put them together."""

from __future__ import annotations

from ansible_collections.tenantkit.connectors.plugins.module_utils._products.options import given


def test_what_has_no_value_is_left_to_the_module() -> None:
    assert given(a=None, b=False, c=0, d="", e=[], f="x") == {"b": False, "c": 0, "d": "", "e": [], "f": "x"}
