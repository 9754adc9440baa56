# SPDX-License-Identifier: GPL-3.0-or-later
"""What an answer to a part of a batch says of the tenant."""

from __future__ import annotations

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConnectorError, ForbiddenError, ServiceError
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.parts import Part, PartAnswer


def refused(status: int, code: str, message: str) -> PartAnswer:
    kind = ForbiddenError if status == 403 else ServiceError
    return PartAnswer(status, {}, Part("GET", "/x"), error=kind("Could not read.", code=code, http_status=status, service_message=message))


@pytest.mark.parametrize(
    ("status", "code", "message", "expected"),
    [
        (403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "Neither tenant is B2C or tenant doesn't have premium license", True),
        (403, "AadPremiumLicenseRequired", "", True),
        (403, "AADB2C", "'' is an Azure AD B2C directory. Access to this Api can only be made for an Azure AD directory (non b2c).", True),
        (400, "Request_BadRequest", "This request is not supported by the service.", True),
        (400, "BadRequest", "The tenant does not have a premium licence.", True),
        (400, "Request_BadRequest", "Invalid object identifier 'x'.", False),
        (403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.", False),
        (503, "ServiceUnavailable", "This request is not supported by the service.", False),
    ],
)
def test_what_a_tenant_does_not_offer(status: int, code: str, message: str, expected: bool) -> None:
    assert refused(status, code, message).not_offered is expected


@pytest.mark.parametrize("error", [None, ConnectorError("No answer.")])
def test_without_an_answer_of_the_service_nothing_is_known(error: ConnectorError | None) -> None:
    assert not PartAnswer(200, {}, Part("GET", "/x"), error=error).not_offered
