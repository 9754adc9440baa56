# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What holds for the value of a credential wherever it is stored. Pure."""

from __future__ import annotations

import typing as t

from .._engine import PLACEHOLDER_ID
from .._errors import OptionError


def check_storable(place: str, key_id: str | None, *, value_known: bool) -> None:
    """Raises OptionError when there is no value to write, or when the key is the one that check mode names."""
    if not value_known:
        raise OptionError(
            f"'value' is needed: {place} does not hold key {key_id}.",
            code="value_missing",
            outcome="refused",
            advice="Pass 'value' from the task that made the credential.",
        )
    if key_id == PLACEHOLDER_ID:
        raise OptionError("'key_id' is the id that check mode gives to what does not exist yet.", code="placeholder", outcome="refused")


def key_words(key_id: str | None) -> str:
    """A key in the sentence about its write; one that check mode only foresees has no id yet."""
    return "a new key" if key_id == PLACEHOLDER_ID else f"key {key_id}"


def lower_or_none(text: t.Any) -> str | None:
    """An id as it is compared; None for one that is not there, or empty."""
    return str(text or "").strip().lower() or None
