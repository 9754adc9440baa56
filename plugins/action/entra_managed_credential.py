# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where entra_managed_credential runs: see entra_app."""

from __future__ import annotations

from ansible_collections.tenantkit.connectors.plugins.action.entra_app import ActionModule
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._worker import preload

preload("entra_managed_credential")

__all__ = ["ActionModule"]
