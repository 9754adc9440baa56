# SPDX-License-Identifier: GPL-3.0-or-later
"""Importing this takes Hypothesis its deadline: a busy machine makes no test wrong. Not every environment that runs tests has Hypothesis."""

from __future__ import annotations

import hypothesis

hypothesis.settings.register_profile("any-speed", deadline=None)
hypothesis.settings.load_profile("any-speed")
