# SPDX-License-Identifier: GPL-3.0-or-later
"""Which value can be stored."""

from __future__ import annotations

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import PLACEHOLDER_ID
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError
from ansible_collections.tenantkit.connectors.plugins.module_utils._sinks.storing import check_storable, key_words, lower_or_none

KEY = "5d1f0d2b-63b6-4b1c-8f4a-1f0a4f1b9e33"


def test_a_known_value_of_a_real_key() -> None:
    check_storable("/a/file", KEY, value_known=True)
    assert key_words(KEY) == f"key {KEY}"


@pytest.mark.parametrize(
    ("key_id", "value_known", "code", "words"),
    [
        (KEY, False, "value_missing", f"/a/file does not hold key {KEY}"),
        (PLACEHOLDER_ID, True, "placeholder", "check mode"),
        (PLACEHOLDER_ID, False, "value_missing", "'value'"),
    ],
)
def test_what_cannot_be_stored(key_id: str, value_known: bool, code: str, words: str) -> None:
    with pytest.raises(OptionError, match=words) as refused:
        check_storable("/a/file", key_id, value_known=value_known)
    assert (refused.value.code, refused.value.outcome) == (code, "refused")


def test_the_key_that_check_mode_foresees_has_no_id_in_a_sentence() -> None:
    assert key_words(PLACEHOLDER_ID) == "a new key"


@pytest.mark.parametrize(("text", "found"), [(None, None), ("", None), (" ", None), (" 5D1F ", "5d1f")])
def test_an_id_as_it_is_compared(text: str | None, found: str | None) -> None:
    assert lower_or_none(text) == found
