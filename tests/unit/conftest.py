# SPDX-License-Identifier: GPL-3.0-or-later
"""Unit tests."""

from __future__ import annotations

import support.any_speed  # noqa: F401 (for what it sets)
