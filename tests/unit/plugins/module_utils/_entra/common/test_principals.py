# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of people and groups in options: which are looked up, and what the answers mean."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.common.principals import (
    Principal,
    PrincipalNames,
    find,
    find_or_none,
    owner_name,
)
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConflictError, ForbiddenError, NotFoundError, ServiceError
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.parts import PartAnswer

ANNA, TEAM, ROBOT, GONE = (f"{digit * 8}-0000-0000-0000-00000000000a" for digit in "abcd")


def answered(names: PrincipalNames, *bodies: t.Any) -> dict[str, PartAnswer]:
    """Answers to the parts, None for 404."""
    return {
        name: PartAnswer(404, {}, part, error=t.cast(t.Any, NotFoundError("no")), absent=True) if body is None else PartAnswer(200, body, part)
        for (name, part), body in zip(names.parts().items(), bodies, strict=True)
    }


def test_names_and_ids_are_asked_for_once() -> None:
    """Who is to be removed is not looked for where the id says it all."""
    wanted = [("user", "anna@contoso.com"), ("user", ANNA), ("group", "R&D"), ("user", "anna@contoso.com"), ("group", TEAM), owner_name(ROBOT)]
    names = PrincipalNames(wanted, [("user", TEAM), ("user", "bob@contoso.com")])
    assert [(part.path, part.optional) for part in names.parts().values()] == [
        ("/users/anna@contoso.com?$select=id,displayName,userPrincipalName,accountEnabled", False),
        (f"/users/{ANNA}?$select=id,displayName,userPrincipalName,accountEnabled", True),
        ("/groups?$filter=displayName%20eq%20'R%26D'&$select=id,displayName", False),
        (f"/groups/{TEAM}?$select=id,displayName", True),
        (f"/directoryObjects/{ROBOT}", True),
        ("/users/bob@contoso.com?$select=id,displayName,userPrincipalName,accountEnabled", False),
    ]
    assert owner_name("anna@contoso.com") == ("user", "anna@contoso.com")


def test_what_ids_lead_to() -> None:
    names = PrincipalNames([("user", ANNA), ("group", TEAM), ("any", ROBOT), ("any", GONE), ("user", GONE)])
    robot = {"@odata.type": "#microsoft.graph.servicePrincipal", "id": ROBOT, "displayName": "Robot"}
    anna = {"id": ANNA, "userPrincipalName": "anna@contoso.com", "accountEnabled": False}
    found = names.read(answered(names, anna, {"id": TEAM, "displayName": "Team"}, robot, None, None))
    assert found == {
        ("user", ANNA): Principal(ANNA, "user", "anna@contoso.com", False),
        ("group", TEAM): Principal(TEAM, "group", "Team"),
        ("any", ROBOT): Principal(ROBOT, "service_principal", "Robot"),
        ("any", GONE): None,
        ("user", GONE): None,
    }
    assert find_or_none(found, "any", GONE) is None
    with pytest.raises(NotFoundError, match=rf"no user or service principal '{GONE}' \('owners'\) in tenant contoso.com"):
        find(found, "any", GONE, tenant="contoso.com", option="owners")


@pytest.mark.parametrize("kind", ["user", "group", "any"])
def test_an_id_that_may_not_be_looked_up_is_taken_as_it_is(kind: str) -> None:
    """The right to read it is more than the task needs. Whatever else goes wrong is no answer."""
    names = PrincipalNames([(kind, ANNA.upper())])
    ((name, part),) = names.parts().items()
    refused = {name: PartAnswer(403, {}, part, error=t.cast(t.Any, ForbiddenError("no")))}
    assert names.read(refused) == {(kind, ANNA.upper()): Principal(ANNA, None if kind == "any" else kind)}
    with pytest.raises(ServiceError):
        names.read({name: PartAnswer(500, {}, part, error=ServiceError("broken"))})


def test_what_was_found() -> None:
    names = PrincipalNames([("user", "anna@contoso.com"), ("user", "gone@contoso.com"), ("group", "Sales"), ("group", "Nobody")])
    groups = [{"id": "g1", "displayName": "sales"}, {"id": "g2", "displayName": "Sales"}]
    found = names.read(answered(names, {"id": ANNA, "userPrincipalName": "Anna@contoso.com"}, None, {"value": groups}, {"value": []}))
    assert found == {
        ("user", "anna@contoso.com"): Principal(ANNA, "user", "Anna@contoso.com"),
        ("user", "gone@contoso.com"): None,
        ("group", "Sales"): Principal("g2", "group", "Sales"),  # another spelling is another group
        ("group", "Nobody"): None,
    }
    assert find(found, "group", "Sales", tenant="contoso.com", option="o").id == "g2" and find_or_none(found, "user", "gone@contoso.com") is None
    with pytest.raises(NotFoundError) as caught:
        find(found, "group", "Nobody", tenant="contoso.com", option="assigned_to")
    assert caught.value.code == "principal_not_found" and "There is no group 'Nobody' ('assigned_to') in tenant contoso.com." in caught.value.message


def test_two_groups_of_a_name_are_listed() -> None:
    names = PrincipalNames([("group", "Sales")])
    with pytest.raises(ConflictError, match="g1, g2") as caught:
        names.read(answered(names, {"value": [{"id": "g1", "displayName": "Sales"}, {"id": "g2", "displayName": "Sales"}]}))
    assert caught.value.code == "ambiguous_name"


@pytest.mark.parametrize("kind", ["user", "group"])
def test_a_refused_read_is_not_nobody(kind: str) -> None:
    names = PrincipalNames([(kind, "anna@contoso.com")])
    answers = {name: PartAnswer(403, {}, part, error=t.cast(t.Any, ForbiddenError("no"))) for name, part in names.parts().items()}
    with pytest.raises(ForbiddenError):
        names.read(answers)


def test_an_id_is_taken_as_it_is() -> None:
    assert find_or_none({}, "user", ANNA.upper()) == Principal(ANNA, "user") and find_or_none({}, "any", ANNA) == Principal(ANNA)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"id": "1", "@odata.type": "#microsoft.graph.user", "userPrincipalName": "a@x", "displayName": "A"}, Principal("1", "user", "a@x")),
        ({"id": "1", "@odata.type": "#microsoft.graph.servicePrincipal", "displayName": "Robot"}, Principal("1", "service_principal", "Robot")),
        ({"id": "1", "userPrincipalName": "a@x"}, Principal("1", "user", "a@x")),
        ({"id": "1", "@odata.type": "#microsoft.graph.device"}, Principal("1")),
    ],
)
def test_directory_objects(entry: dict[str, t.Any], expected: Principal) -> None:
    assert Principal.from_graph(entry) == expected and expected.label == (expected.name or "1")
