# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of a create that was planned from a look: which refusals it is planned again for."""

from __future__ import annotations

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.application.resource import asks_again
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConflictError, ForbiddenError, ServiceError


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (ConflictError("The name is taken.", http_status=400, outcome="refused"), True),
        (ConflictError("The name is taken.", http_status=409, outcome="refused"), True),
        (ServiceError("The property cannot be set.", http_status=400, outcome="refused"), True),
        (ServiceError("It was created, or not.", http_status=400, outcome="unknown"), False),
        (ConflictError("Two have this name now.", outcome="unknown"), False),
        (ForbiddenError("This is not allowed.", http_status=403, outcome="refused"), False),
        (ServiceError("Not now.", http_status=503, outcome="unknown"), False),
    ],
)
def test_which_refusals_of_a_create_are_no_last_word(error: ServiceError, again: bool) -> None:
    assert asks_again(error) is again
