# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks that are led side by side: who is asked when, and what becomes of one that fails."""

from __future__ import annotations

import types
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connector.look import Ask, Json, Look, Looked
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.parts import Part, PartAnswer
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.shared_reads import SharedReads
from ansible_collections.tenantkit.connectors.plugins.plugin_utils import _look as look_module
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._look import Answers, Conversation, chosen, look_together, told


def one_after_the_other(*modules: str) -> Look:
    """A look that asks one module after the other."""
    results = []
    for module in modules:
        results.append((yield Ask(module, {})))
    return Looked(False, {"results": results})


def at_once(*modules: str, optional: bool = False) -> Look:
    """A look that asks all modules at the same time."""
    results = yield [Ask(module, {}, optional=optional) for module in modules]
    return Looked(False, {"results": results})


def refusing() -> Look:
    """A look that finds out by itself that it cannot go on."""
    yield Ask("a", {})
    raise OptionError("'acme_mode' is wrong.", code="variables")


class World:
    """Modules whose names are the reads that they need, one after the other."""

    def __init__(self, *failing: str) -> None:
        self.failing = failing
        self.batches: list[list[str]] = []
        self.runs: list[tuple[str, str, bool]] = []

    def answer(self, role: str, ask: Ask, shared: SharedReads | None) -> Json:
        """The result of a module."""
        self.runs.append((role, ask.module, shared is not None))
        for path in ask.module:
            if shared is None:
                self._send([Part("GET", path)])
            else:
                shared.answers(("tenant",), [Part("GET", path)], self._send)
        if ask.module in self.failing:
            return {"failed": True, "msg": f"{ask.module} failed"}
        return {"module": ask.module}

    def _send(self, parts: t.Sequence[Part]) -> list[PartAnswer]:
        self.batches.append([part.path for part in parts])
        return [PartAnswer(200, {}, part) for part in parts]


def results(**looks: Look) -> tuple[World, dict[str, t.Any]]:
    """The modules that were asked, and the results of the looks."""
    world = World()
    found = look_together(looks, world.answer)
    return world, {role: conversation.looked and conversation.looked.result for role, conversation in found.items()}


def test_a_single_question_is_asked_directly() -> None:
    world, found = results(acme=one_after_the_other("a", "b"))
    assert world.runs == [("acme", "a", False), ("acme", "b", False)]
    assert found == {"acme": {"results": [{"module": "a"}, {"module": "b"}]}}


def test_what_is_needed_at_the_same_time_is_one_batch() -> None:
    world, found = results(acme=one_after_the_other("ab"), other=one_after_the_other("ac"))
    assert world.batches == [["a"], ["b", "c"]]
    assert found == {"acme": {"results": [{"module": "ab"}]}, "other": {"results": [{"module": "ac"}]}}


def test_questions_that_do_not_depend_on_each_other() -> None:
    world, found = results(acme=at_once("a", "b", "c"))
    assert world.batches == [["a", "b", "c"]]
    assert found["acme"]["results"] == [{"module": "a"}, {"module": "b"}, {"module": "c"}]


def test_one_that_needs_longer_holds_nobody_up() -> None:
    world, found = results(acme=one_after_the_other("abcd"), other=one_after_the_other("e"))
    assert world.batches == [["a", "e"], ["b"], ["c"], ["d"]]
    assert found["other"] == {"results": [{"module": "e"}]}


@pytest.mark.parametrize("optional", [True, False])
def test_a_failed_answer_ends_its_look_alone(optional: bool) -> None:
    world = World("b")
    found = look_together({"acme": at_once("a", "b", optional=optional), "other": one_after_the_other("c")}, world.answer)
    assert found["other"].looked and found["other"].failed is None
    if optional:
        assert found["acme"].looked and found["acme"].looked.result["results"][1]["failed"]
    else:
        assert found["acme"].looked is None and found["acme"].failed == {"failed": True, "msg": "b failed"}


def test_a_failure_names_the_variable_of_the_operator(monkeypatch: pytest.MonkeyPatch) -> None:
    """The option of the module that was asked is unknown to a person who wrote a variable of the role."""

    def look() -> Look:
        yield Ask("entra_admin_consent", {"principal": "x"}, variables={"principal": "okta_workflows_accounts"})
        return Looked(True)

    monkeypatch.setattr(
        Answers, "_answer", lambda *_asked: {"failed": True, "msg": "There is no user 'x' ('principal'). The principal is unknown.", "changed": False}
    )
    answers = Answers(t.cast(t.Any, None), None, None, {}, "")
    failed = look_together({"okta_workflows": look()}, answers.answer)["okta_workflows"].failed
    assert failed == {"failed": True, "msg": "There is no user 'x' ('okta_workflows_accounts'). The principal is unknown.", "changed": False}


def test_a_look_that_raises_ends_alone() -> None:
    world = World()
    found = look_together({"acme": refusing(), "other": one_after_the_other("c", "d")}, world.answer)
    assert found["other"].looked
    assert found["acme"].failed and found["acme"].failed["failure"]["code"] == "variables" and "acme_mode" in found["acme"].failed["msg"]


def test_a_look_without_questions() -> None:
    world, found = results(acme=one_after_the_other(), other=one_after_the_other("c"))
    assert found == {"acme": {"results": []}, "other": {"results": [{"module": "c"}]}}
    assert [role for role, _module, _shared in world.runs] == ["other"]


def ended(looked: Looked) -> Conversation:
    """A look that came to this end."""

    def look() -> Look:
        yield Ask("a", {})
        return looked

    return look_together({"acme": look()}, World().answer)["acme"]


SEEN = {"entra": {"connection": {"app": "payroll"}}}
OPEN = ended(Looked(True, seen=SEEN))
CLOSED = ended(Looked(False, {"status": "connected"}, SEEN))


def test_only_a_look_that_is_open_tells_what_the_role_goes_on_with() -> None:
    answer = told(["one", "other"], {"one": OPEN, "other": CLOSED}, {}, together=False)
    assert answer == {
        "changed": False,
        "looks": {
            "one": {"open": True, "reports": [], **SEEN},
            "other": {"open": False, "reports": [{"status": "connected"}]},
        },
        "open": ["one"],
    }


def test_a_result_is_told_twice_only_for_a_loop_over_several() -> None:
    answer = told(["one", "other"], {"one": OPEN, "other": CLOSED}, {}, together=True)
    assert answer["confirmed"] == [{"status": "connected"}]


def test_what_could_not_be_looked_at_is_open_in_its_place() -> None:
    answer = told(["wrong", "fine", "lost"], {"fine": CLOSED, "lost": OPEN}, {"wrong": {"msg": "no such choice"}, "lost": {"msg": "no answer"}}, together=True)
    assert list(answer["looks"]) == ["wrong", "fine", "lost"] and answer["open"] == ["wrong", "lost"]
    assert answer["looks"]["wrong"] == {"open": True, "reports": [], "failed": "no such choice"}
    assert answer["looks"]["lost"]["failed"] == "no answer" and answer["confirmed"] == [{"status": "connected"}]


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (None, []),
        ("", []),
        (" , ", []),
        ([], []),
        ("[]", []),
        (["one", "other", "one"], ["one", "other"]),
        ("one", ["one"]),
        ("one, other,", ["one", "other"]),
        ('["one", "other"]', ["one", "other"]),
        (" [one]", ["one"]),
        ([" one "], ["one"]),
    ],
)
def test_the_connectors_that_were_chosen(given: t.Any, names: list[str]) -> None:
    assert chosen(given) == names


def test_nothing_chosen() -> None:
    assert told([], {}, {}, together=True) == {"changed": False, "looks": {}, "open": [], "confirmed": [], "nothing_chosen": True}
    assert told(["other"], {"other": CLOSED}, {}, together=True)["nothing_chosen"] is False


VAULT = {"type": "azure_key_vault", "vault_url": "https://keys.vault.azure.net", "client_secret": "made-up-secret"}


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"entra_connector_sink": VAULT}, [{"sink": 0, "client_secret": "made-up-secret"}]),
        ({"entra_connector_sink": [{"type": "vault_file"}, VAULT]}, [{"sink": 1, "client_secret": "made-up-secret"}]),
        ({"entra_connector_sink": [{"type": "vault_file"}]}, None),
        ({}, None),
    ],
)
def test_what_sinks_sign_in_with_is_taken_out_of_the_variable(variables: Json, expected: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The option has the secrets and nothing else, and the entries have none of them."""
    monkeypatch.setattr(look_module, "_apply_action_arg_defaults", lambda name, task, args, templar: args)
    templar = types.SimpleNamespace(template=lambda value: value)
    answers = Answers(t.cast(t.Any, None), None, templar, variables, "")
    ask = Ask("credential_sinks", {"sinks": [{"type": "azure_key_vault"}]}, secrets={"sink_secrets": "entra_connector_sink"})
    assert answers._arguments("power_platform", ask) == {"sinks": [{"type": "azure_key_vault"}], "sink_secrets": expected}


@pytest.mark.parametrize(("kinds", "placed"), [(["azure_key_vault"], "anywhere"), (["vault_file", "azure_key_vault"], "with the vault"), ([], "anywhere")])
def test_only_a_vault_file_needs_the_vault_passwords(kinds: list[str], placed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def place(where: str) -> t.Callable[[t.Any], t.Any]:
        def chosen(variables: t.Any) -> t.Any:
            asked.append(where)
            return types.SimpleNamespace(in_worker=True)

        return chosen

    action = types.SimpleNamespace(placement=place("anywhere"), placement_with_vault=place("with the vault"), run_module=lambda *given: {"changed": False})
    monkeypatch.setattr(look_module, "_apply_action_arg_defaults", lambda name, task, args, templar: args)
    monkeypatch.setattr(look_module, "check_hosts", lambda *given: None)
    task = types.SimpleNamespace(check_mode=False)
    answers = Answers(t.cast(t.Any, action), task, types.SimpleNamespace(template=lambda value: value), {}, "")
    assert answers.answer("power_platform", Ask("credential_sinks", {"sinks": [{"type": kind} for kind in kinds]}), None) == {"changed": False}
    assert asked == [placed]
