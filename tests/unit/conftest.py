# SPDX-License-Identifier: GPL-3.0-or-later
"""Unit tests."""

from __future__ import annotations

from support import any_speed

any_speed.load()
