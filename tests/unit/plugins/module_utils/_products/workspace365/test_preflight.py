# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps a run from writing for Workspace 365."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connector.look import Host
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.workspace365.preflight import before_writing, other_instances, preflight

OWN = "https://portal.workspace365.net"
TENANT = {"tenant_id": "the tenant's id", "display_name": "Contoso", "verified_domains": ["contoso.com", "contoso.onmicrosoft.com"]}
CONNECTION = {"host": "contoso", "tenant": "contoso.com", "instance": OWN, "callback": f"{OWN}/a/OAuth2/HandleAuthorityResponse", "has_key": True}
FIRST, SECOND = {"display_name": "W365", "app_id": "app-1"}, {"display_name": "W365 (new)", "app_id": "app-2"}


def by_host(*addresses: t.Any) -> dict[str, t.Any]:
    """The addresses of as many hosts, the first of them contoso's."""
    return dict(zip(("contoso", "fabrikam", "northwind", "tailspin", "wingtip"), addresses, strict=False))


def ask(others: t.Sequence[t.Mapping[str, t.Any]] = (), makes: bool = True, instances: t.Sequence[str] = (OWN,), **connection: t.Any) -> dict[str, t.Any]:
    """The answer to a run."""
    look = {"tenant": TENANT, "other_registrations": list(others)}
    given = {"look": look, "makes_credential": makes, "instances": by_host(*instances)}
    return preflight({"connection": {**CONNECTION, "key_is_own": False, "key_elsewhere": "", **connection}, **given})


@pytest.mark.parametrize(
    ("makes", "instances", "connection"),
    [
        (True, [OWN], {}),
        (True, [], {}),
        (True, [f"{OWN}:443/", OWN.upper()], {}),
        (True, [OWN, "https://other.example"], {"key_is_own": True}),
        (False, [OWN, "https://other.example"], {}),
        (False, [OWN], {"has_key": False}),
    ],
)
def test_what_may_go_on(makes: bool, instances: list[str], connection: dict[str, t.Any]) -> None:
    """And whose environment it may be: the name of the inventory comes first, since failures name that one."""
    found = ask(makes=makes, instances=instances, **connection)
    assert found == {"expected_tenants": ["contoso.com", "the tenant's id", "contoso.com", "contoso.onmicrosoft.com"]}


@pytest.mark.parametrize(
    ("others", "named", "ids"),
    [
        ([FIRST], "Application 'W365' (app id app-1) in Contoso (contoso.com) has the", "app-1"),
        ([FIRST, SECOND], "Application 'W365' (app id app-1), application 'W365 (new)' (app id app-2) in Contoso (contoso.com) have the", "app-1 or app-2"),
    ],
)
@pytest.mark.parametrize("makes", [True, False])
def test_another_registration(others: list[dict[str, str]], named: str, ids: str, makes: bool) -> None:
    """It is said first, with or without a key."""
    with pytest.raises(OptionError) as caught:
        ask(others, makes, has_key=False)
    assert caught.value.sentence() == (
        f"{named} redirect URI {OWN}/a/OAuth2/HandleAuthorityResponse already, and this run would create another application and deliver that one to "
        f"Workspace 365 instead: set 'workspace365_client_id' to {ids} and 'workspace365_adopt' to true to go on with what is there, or "
        "'workspace365_accept_second_registration' to true when a second one is meant."
    )
    failure = caught.value.as_failure()
    assert (failure["code"], failure["tenant"]) == ("other_registrations", "the tenant's id")
    assert failure["details"] == {"app_ids": [other["app_id"] for other in others]}


@pytest.mark.parametrize("own", [True, False])
def test_no_key(own: bool) -> None:
    with pytest.raises(OptionError) as caught:
        ask(instances=["https://other.example"], has_key=False, key_is_own=own)
    assert caught.value.sentence() == (
        f"Contoso needs a new client secret in Workspace 365, and there is no provisioning key for {OWN}: set 'workspace365_provisioning_key', or contoso or "
        "the instance in 'workspace365_provisioning_keys'."
    )
    assert (caught.value.code, caught.value.tenant) == ("provisioning_key_missing", "the tenant's id")


def test_the_key_of_another_instance() -> None:
    """One host's address is misspelt: it is refused alone, with both addresses."""
    with pytest.raises(OptionError) as caught:
        ask(has_key=False, key_elsewhere="https://other.example")
    assert caught.value.sentence() == (
        f"Contoso needs a new client secret in Workspace 365, and there is no provisioning key for {OWN} ('workspace365_provisioning_key' is the one of "
        f"https://other.example): correct 'workspace365_instance_url' of contoso, or give the key for {OWN} in 'workspace365_provisioning_keys'."
    )


@pytest.mark.parametrize(
    ("instances", "named"),
    [
        ([OWN, "https://Other.example/"], "fabrikam uses https://other.example"),
        (
            [OWN, "https://Other.example/", OWN, "https://third.example", "https://other.example:443"],
            "fabrikam and wingtip use https://other.example; tailspin uses https://third.example",
        ),
        ([OWN, "https://me:secret@other.example"], "fabrikam uses https://other.example"),
        ([OWN, *["https://other.example"] * 4], "fabrikam and northwind and tailspin and 1 more use https://other.example"),
    ],
)
def test_one_key_for_several_instances(instances: list[str], named: str) -> None:
    """The hosts are named, since it is a variable of theirs that is wrong, and no password of theirs."""
    with pytest.raises(OptionError) as caught:
        ask(instances=instances)
    assert caught.value.sentence() == (
        f"contoso uses the Workspace 365 instance {OWN}, and {named}, while 'workspace365_provisioning_key' is one key for all of them. Correct "
        "'workspace365_instance_url' where it is misspelt. Where several instances are meant, give each its key in 'workspace365_provisioning_keys'; with "
        "'workspace365_provisioning_key_instance' the one key is only ever used for that instance."
    )
    assert (caught.value.code, caught.value.tenant) == ("one_key_for_several_instances", "the tenant's id")
    assert caught.value.as_failure()["details"] == {"hosts": sorted(host for host, address in by_host(*instances).items() if address != OWN)}


@pytest.mark.parametrize(
    ("own", "addresses", "others"),
    [
        (OWN, [], {}),
        (OWN, [OWN, OWN + "/", OWN + ":443"], {}),
        ("https://Portal.Workspace365.net", [OWN], {}),
        (
            OWN,
            ["https://b.example", "https://a.example/", "https://A.example:443"],
            {"https://b.example": ["contoso"], "https://a.example": ["fabrikam", "northwind"]},
        ),
        (OWN, [OWN + ":8443"], {OWN + ":8443": ["contoso"]}),
        (OWN, [7], {"7": ["contoso"]}),
    ],
)
def test_other_instances(own: str, addresses: list[t.Any], others: dict[str, list[str]]) -> None:
    assert other_instances(own, by_host(*addresses)) == others


@pytest.mark.parametrize(("entry", "variable"), [("", "workspace365_provisioning_key"), ("contoso", "__workspace365_own_key")])
def test_the_key_is_tried_before_a_secret_is_made(entry: str, variable: str) -> None:
    """With the key that stands beside the host or its instance, where there is one."""
    connection = {**CONNECTION, "key_is_own": True, "key_elsewhere": "", "key_entry": entry, "product": {"environment": "a"}}
    look = {"tenant": TENANT, "other_registrations": [], "delivery": {"marked": True}}
    host = Host("contoso", check_mode=False, credentials="", values=lambda name: by_host(OWN, "https://other.example"))
    questions = before_writing(connection, look, True, host)
    ask = next(questions)
    assert (ask.module, ask.secrets) == ("workspace365_sso", {"provisioning_key": variable})
    tenants = ["contoso.com", "the tenant's id", "contoso.com", "contoso.onmicrosoft.com"]
    assert ask.options == {"environment": "a", "state": "probed", "expected_tenants": tenants, "delivered_mark": True}
    with pytest.raises(StopIteration) as ended:
        questions.send({"sso": {}})
    assert ended.value.value == {"expected_tenants": tenants, "sign_in_checked": True}
    with pytest.raises(StopIteration) as ended:
        next(before_writing(connection, look, False, host))
    assert ended.value.value == {"expected_tenants": tenants, "sign_in_checked": False}


def test_one_key_for_several_instances_is_refused_before_it_is_shown_to_one() -> None:
    connection = {**CONNECTION, "key_is_own": False, "key_elsewhere": "", "key_entry": "", "product": {}}
    look = {"tenant": TENANT, "other_registrations": [], "delivery": {"marked": False}}
    host = Host("contoso", check_mode=False, credentials="", values=lambda name: by_host(OWN, "https://other.example"))
    with pytest.raises(OptionError, match="one key for all"):
        next(before_writing(connection, look, True, host))
