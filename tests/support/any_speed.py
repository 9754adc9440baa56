# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes Hypothesis its deadline: a busy machine makes no test wrong. Not every environment that runs tests has Hypothesis."""

from __future__ import annotations

import hypothesis

PROFILE = "any-speed"


def load() -> None:
    """Set it for all tests of this process."""
    hypothesis.settings.register_profile(PROFILE, deadline=None)
    hypothesis.settings.load_profile(PROFILE)
