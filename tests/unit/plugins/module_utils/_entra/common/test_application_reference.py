# SPDX-License-Identifier: GPL-3.0-or-later
"""How an application is named, and what its absence means."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import NEW, PLACEHOLDER_ID
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.common.application_reference import ApplicationReference, resolve
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConflictError, ForbiddenError, NotFoundError, OptionError
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.parts import Part, PartAnswer

ID = "11111111-2222-3333-4444-555555555555"


class FakeGraph:
    """Answers one batch with one prepared answer."""

    tenant = "contoso.com"

    def __init__(self, status: int, body: dict[str, t.Any], error: Exception | None = None) -> None:
        self.status, self.body, self.error, self.parts = status, body, error, t.cast("list[Part]", [])

    def batch(self, parts: t.Sequence[Part]) -> list[PartAnswer]:
        self.parts += parts
        return [PartAnswer(self.status, self.body, part, error=t.cast(t.Any, self.error), absent=self.status == 404) for part in parts]


def look(graph: FakeGraph, *, check_mode: bool = False, **options: str) -> dict[str, t.Any] | None:
    return resolve(t.cast(t.Any, graph), ApplicationReference.from_options(options), check_mode=check_mode)


def absent() -> FakeGraph:
    return FakeGraph(404, {}, NotFoundError("no"))


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({"object_id": ID}, f"/applications/{ID}?"),
        ({"app_id": ID.upper()}, f"/applications(appId='{ID}')?"),
        ({"unique_name": "a/b'c é"}, "/applications(uniqueName='a%2Fb''c%20%C3%A9')?"),
        ({"display_name": "O'Neil & Söhne"}, "/applications?$filter=displayName%20eq%20'O''Neil%20%26%20S%C3%B6hne'&"),
    ],
)
def test_paths_are_quoted_and_encoded(options: dict[str, str], path: str) -> None:
    part = ApplicationReference.from_options(options).part(select=("id",))
    assert part.path == f"{path}$select=id" + (",tags,createdDateTime,createdByAppId" if "display_name" in options else "")


@pytest.mark.parametrize("name", ["app_id", "object_id"])
def test_one_that_does_not_exist_yet_has_one_name(name: str) -> None:
    """The id of check mode names nothing that a person could look up."""
    reference = ApplicationReference.from_options({name: PLACEHOLDER_ID})
    assert (reference.describe(), reference.label) == (f"application {NEW}", NEW)
    assert ApplicationReference.from_options({"unique_name": "x"}).label == "x"


def test_the_first_of_the_four_decides() -> None:
    reference = ApplicationReference.from_options({"display_name": "X", "unique_name": "x", "app_id": None})
    assert (reference.key, reference.value, reference.describe()) == ("unique_name", "x", "application 'x' (unique_name)")


@pytest.mark.parametrize("options", [{}, {"app_id": ""}, {"app_id": "payroll"}, {"object_id": "1234"}, {"unique_name": " x"}])
def test_bad_names(options: dict[str, str]) -> None:
    with pytest.raises(OptionError):
        ApplicationReference.from_options(options)


def test_found() -> None:
    assert look(FakeGraph(200, {"id": ID}), unique_name="x") == {"id": ID}


@pytest.mark.parametrize("options", [{"object_id": ID}, {"app_id": ID}, {"unique_name": "x"}])
def test_absent_is_an_error_that_says_what_to_do(options: dict[str, str]) -> None:
    with pytest.raises(NotFoundError) as failure:
        look(absent(), **options)
    assert "contoso.com" in failure.value.message
    assert "tenantkit.connectors.entra_app" in str(failure.value.advice)


@pytest.mark.parametrize("options", [{"unique_name": "x"}, {"display_name": "x"}])
def test_check_mode_predicts_what_an_earlier_task_would_create(options: dict[str, str]) -> None:
    graph = absent() if "unique_name" in options else FakeGraph(200, {"value": []})
    assert look(graph, check_mode=True, **options) is None


def test_check_mode_does_not_invent_ids() -> None:
    with pytest.raises(NotFoundError):
        look(absent(), check_mode=True, app_id=ID)


def test_the_placeholder_is_not_looked_up() -> None:
    graph = absent()
    assert look(graph, check_mode=True, app_id=PLACEHOLDER_ID) is None
    assert graph.parts == []
    with pytest.raises(NotFoundError, match="check mode"):
        look(graph, app_id=PLACEHOLDER_ID)


def test_a_refused_read_is_not_absent() -> None:
    with pytest.raises(ForbiddenError):
        look(FakeGraph(403, {}, ForbiddenError("no")), check_mode=True, unique_name="x")


def test_two_of_a_name_are_listed() -> None:
    found = [{"id": "a", "appId": "1", "displayName": "X"}, {"id": "b", "appId": "2", "displayName": "X"}]
    with pytest.raises(ConflictError) as failure:
        look(FakeGraph(200, {"value": found}), display_name="X")
    assert failure.value.details["object_ids"] == ["a", "b"]


def test_another_spelling_is_another_application() -> None:
    found = [{"id": "a", "displayName": "payroll"}, {"id": "b", "displayName": "Payroll", "tags": ["tkc:created"]}]
    assert look(FakeGraph(200, {"value": found}), display_name="Payroll") == found[1]


def test_one_of_others_is_not_taken_for_ones_own_by_its_display_name() -> None:
    """Anybody can give a name; looking on purpose at what others made is something else."""
    theirs = {"id": "a", "appId": "1", "displayName": "Payroll", "createdDateTime": "2026-01-01", "tags": None}
    with pytest.raises(OptionError) as failure:
        look(FakeGraph(200, {"value": [theirs]}), display_name="Payroll")
    assert failure.value.code == "not_ours" and failure.value.details["object_id"] == "a"
    reference = ApplicationReference.from_options({"display_name": "Payroll"})
    answer = PartAnswer(200, {"value": [theirs]}, reference.part())
    assert reference.pick(answer, of_others=True) == theirs


def test_everything_is_read_where_nothing_is_selected() -> None:
    assert "$select" not in str(ApplicationReference.from_options({"display_name": "X"}).part(select=()))


def test_what_is_for_agents_is_not_handed_to_a_task_that_may_change_it() -> None:
    reference = ApplicationReference(app_id="11111111-2222-3333-4444-555555555555")
    found = {"id": "1", "appId": reference.app_id, "displayName": "Helper"}
    assert reference.or_predicted(found, tenant="contoso", check_mode=False) == found
    with pytest.raises(OptionError, match="application 'Helper' in tenant contoso is the blueprint") as caught:
        reference.or_predicted({**found, "@odata.type": "#microsoft.graph.agentIdentityBlueprint"}, tenant="contoso", check_mode=True)
    assert caught.value.code == "agent_identity"
