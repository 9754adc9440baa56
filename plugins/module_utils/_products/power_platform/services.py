# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The two services of Power Platform, as sentences name them."""

from __future__ import annotations

POWER_PLATFORM, BAP = "the Power Platform API", "the Power Platform administration API (BAP)"
