# SPDX-License-Identifier: GPL-3.0-or-later
"""Unit tests: a busy machine makes none of them wrong."""

from __future__ import annotations

import hypothesis

hypothesis.settings.register_profile("any-speed", deadline=None)
hypothesis.settings.load_profile("any-speed")
