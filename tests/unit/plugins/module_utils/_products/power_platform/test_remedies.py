# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which variable or module repairs what the token service refused."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.aadsts import CODES, Remedy
from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.explain import remedy_of
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.power_platform.remedies import REMEDIES, codes_of, repair_of

API = "8578e004-a5c6-46e7-913e-12f58912df43"
RIGHTS = "power_platform_role, power_platform_scope and power_platform_admin_auth"
# A code of each remedy, and what is said. These sentences stood in the role's variables before.
SAID: list[tuple[int, str]] = [
    (500011, "run the role power_platform, which makes the service principal of the Power Platform API; check entra_cloud"),
    (50001, "run the role power_platform, which makes the service principal of the Power Platform API; check power_platform_audience"),
    (500012, f"tenantkit.connectors.entra_service_principal with app_id {API} and account_enabled: true"),
    (70011, "power_platform_audience, and entra_cloud"),
    (90094, "power_platform_consent: admin"),
    (65001, "power_platform_consent: admin, with power_platform_permissions as they are needed"),
    (650057, "power_platform_permissions"),
    (65002, "power_platform_client_id of an application of one's own"),
    (50105, "assign the account with assigned_to of tenantkit.connectors.entra_service_principal"),
    (501051, f"tenantkit.connectors.entra_service_principal with app_id {API} and app_role_assignment_required: false"),
    (53003, "an administrator exempts the application or the address in Conditional Access, which no task here does; run power_platform_diagnose again then"),
    (50076, "power_platform_credential: secret, certificate or federated; an account with a second factor cannot sign in with a password"),
    (50126, "username and password in power_platform_try"),
    (50034, "username in power_platform_try, and entra_tenant_id"),
    (50053, "an administrator of the tenant unlocks the account; or another username in power_platform_try"),
    (50057, "an administrator of the tenant enables the account; or another username in power_platform_try"),
    (50059, "entra_tenant_id"),
    (90002, "entra_tenant_id, and entra_cloud"),
    (700038, "power_platform_client_id"),
    (700016, "power_platform_client_id and entra_tenant_id"),
    (7000229, "run the role power_platform, which makes the enterprise application"),
    (7000112, "run the role power_platform with power_platform_enable: true"),
    (500014, f"tenantkit.connectors.entra_service_principal with app_id {API} and account_enabled: true"),
    (700236, "power_platform_credential: certificate or secret; tokens of Entra ID itself are not taken here"),
    (7000218, "power_platform_allow_public_client: true"),
    (700025, "power_platform_try without client_secret and certificate, since a public client takes none; or another power_platform_client_id"),
    (900144, "power_platform_try, in which a value is empty"),
    (70003, "entra_login_url, since a proxy on the way to Entra may have changed the request"),
    (7000215, "client_secret in power_platform_try; power_platform_credential: secret with power_platform_force: true makes a new one"),
    (7000222, "power_platform_credential: secret makes a new one"),
    (700027, "power_platform_credential: certificate with power_platform_certificate_path uploads it"),
    (50027, "federated_token in power_platform_try"),
    (700024, "federated_token in power_platform_try, and this machine's clock"),
    (700021, "federated_token in power_platform_try, and power_platform_client_id"),
    (70021, "power_platform_credential: federated with power_platform_federated"),
    (700211, "power_platform_federated.issuer"),
    (700212, "power_platform_federated.audiences"),
    (700213, "power_platform_federated.subject"),
]


@pytest.mark.parametrize(("number", "said"), SAID)
def test_a_refusal_names_what_repairs_it(number: int, said: str) -> None:
    assert repair_of({"status": "refused", "token": {"code": f"AADSTS{number}"}}, given=True) == said


# Where the text of the answer tells one of several causes.
TOLD: list[tuple[int, str, str]] = [
    (
        700027,
        "[Reason - The key used is expired., Thumbprint of key used by client: 'X']",
        "power_platform_credential: certificate with power_platform_certificate_path adds it again, with a later end",
    ),
    (
        700027,
        "[Reason - The key was found, but use of the key to verify the signature failed.]",
        "private_key_path in power_platform_try; it has to belong to the certificate there",
    ),
    (
        700024,
        "Current time: 2026-01-01T00:00:00Z, assertion valid from 2026-01-02T00:00:00Z, expiry time of assertion 2026-01-02T00:10:00Z.",
        "the clock of the machine that signs, which no task here sets",
    ),
]


@pytest.mark.parametrize(("number", "text", "said"), TOLD)
def test_a_refusal_with_several_causes_names_what_repairs_the_one_that_it_tells(number: int, text: str, said: str) -> None:
    assert repair_of({"status": "refused", "token": {"code": f"AADSTS{number}", "message": text}}, given=True) == said


def test_every_remedy_is_said() -> None:
    told = {remedy_of(number, said=text) for number, text, _said in TOLD}
    assert set(REMEDIES) == set(Remedy) == {CODES[number].remedy for number, _said in SAID} | told


PROOFS: list[tuple[dict[str, t.Any], bool, str]] = [
    *(({"status": status}, given, RIGHTS) for status in ("forbidden", "nothing_visible", "incomplete") for given in (True, False)),
    ({"status": "not_possible", "token": {}}, True, "power_platform_private_key_path"),
    ({"status": "failed", "token": None}, True, "power_platform_try"),
    ({"status": "failed"}, False, "power_platform_certificate_path"),
    ({"status": "refused", "token": {"code": "AADSTS999999"}}, True, "power_platform_try"),
    ({"status": "refused", "token": {"code": "invalid_client"}}, False, "power_platform_certificate_path"),
    ({"status": "refused", "token": {"code": None}}, True, "power_platform_try"),
    # A code without a remedy of an option.
    ({"status": "refused", "token": {"code": "AADSTS50011"}}, True, "power_platform_try"),
]


@pytest.mark.parametrize(("proof", "given", "expected"), PROOFS)
def test_what_repairs_a_proof(proof: dict[str, t.Any], given: bool, expected: str) -> None:
    assert repair_of(proof, given=given) == expected


def test_codes_by_their_remedy() -> None:
    assert codes_of(Remedy.SERVICE_PRINCIPAL) == "AADSTS7000229"
    assert codes_of(Remedy.FEDERATED_SUBJECT, Remedy.FEDERATED_CREDENTIAL, Remedy.FEDERATED_ISSUER) == "AADSTS70021, AADSTS700211, AADSTS700213"
    assert codes_of() == ""
