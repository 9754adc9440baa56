# SPDX-License-Identifier: GPL-3.0-or-later
"""The nested options of entra_connection_info."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.common import options
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connection.resource import validated
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError


@pytest.mark.parametrize(
    "given",
    [
        {"nope": 1},  # core's own text ends with a full stop
        {"state": "wrong"},  # this one does not
        {"state": "wrong", "redirect_uris": {"web": {"set": [], "nope": 1}}},
    ],
)
def test_what_is_wrong_is_one_sentence(given: dict[str, t.Any]) -> None:
    with pytest.raises(OptionError) as error:
        validated("app", options.APPLICATION_OPTIONS, given)
    text = str(error.value)
    assert text.startswith("In 'app': ")
    assert text.endswith(".") and ".." not in text and ".;" not in text
