# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Asks the questions of a look: each is what a task of this collection would ask that only reads."""

from __future__ import annotations

import os
import typing as t

from ansible.executor.module_common import _apply_action_arg_defaults
from ansible.parsing.utils.yaml import from_yaml

from ..module_utils._clock import machine_time
from ..module_utils._entra.connector.look import Ask, Look, Looked
from ..module_utils._errors import ConnectorError
from ..module_utils._graph.shared_reads import MoreReadsNeeded, SharedReads
from ..module_utils._products.registry import FROM_ENVIRONMENT
from ..module_utils._sink_entry import needs_vault_passwords, secrets_of
from ._action import ConnectorAction, failed, without_vault
from ._host_checks import check_hosts
from ._operator_words import told_to_operator, words_of
from ._role_variables import role_options
from ._session_options import session
from ._worker import COLLECTION, plain

OWN_SESSION = "entra_auth"  # what the play's module_defaults say already
NEEDS_VAULT = frozenset({"credential_sinks"})  # while one of its sinks may be a vault file
# An option that takes a part of what a variable holds.
_PARTS: t.Mapping[str, t.Callable[[t.Any], t.Any]] = {"sink_secrets": secrets_of}


class Conversation:
    """One look on its way: what it asked last, and what is answered of that."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._asked: Ask | list[Ask] | None = None
        self._results: dict[int, dict[str, t.Any]] = {}
        self.stopped: set[int] = set()  # open questions that have stopped for reads: they go on with what was read
        self.looked: Looked | None = None
        self.failed: dict[str, t.Any] | None = None  # what the task of a module would have returned that has failed

    @property
    def over(self) -> bool:
        """Whether it came to its end, or cannot go on."""
        return self.looked is not None or self.failed is not None

    @property
    def open(self) -> dict[int, Ask]:
        """The questions that are not answered."""
        asked = self._asked if isinstance(self._asked, list) else [self._asked] if self._asked else []
        return {index: ask for index, ask in enumerate(asked) if index not in self._results}

    def start(self) -> None:
        """Let it ask its first question."""
        self._go_on(lambda: next(self._look))

    def answer(self, index: int, result: dict[str, t.Any]) -> None:
        """The result for one of the open questions. When it was the last of them the look goes on."""
        if result.get("failed") and not self.open[index].optional:
            self.failed = {**result, "failed": True}
            return
        self._results[index] = result
        if not self.open:
            results = [self._results[place] for place in sorted(self._results)]
            given = results if isinstance(self._asked, list) else results[0]
            self._asked, self._results, self.stopped = None, {}, set()
            self._go_on(lambda: self._look.send(given))

    def _go_on(self, step: t.Callable[[], Ask | list[Ask]]) -> None:
        try:
            self._asked = step()
        except StopIteration as end:
            self.looked = t.cast(Looked, end.value)
        except ConnectorError as error:
            self.failed = failed(error)


def look_together(looks: t.Mapping[str, Look], answer: t.Callable[[str, Ask, SharedReads | None], dict[str, t.Any]]) -> dict[str, Conversation]:
    """Lead looks to their ends, by role. What several questions need of Microsoft Graph at the same time is read in one batch.

    ``answer`` runs the module of a question; where it is given C(SharedReads) it may raise MoreReadsNeeded, and is asked again afterwards.
    """
    conversations = {role: Conversation(look) for role, look in looks.items()}
    for conversation in conversations.values():
        conversation.start()
    shared = SharedReads()
    while any(not conversation.over for conversation in conversations.values()):
        together = sum(len(conversation.open) for conversation in conversations.values() if not conversation.over) > 1
        waits = False
        for role, conversation in conversations.items():
            while not conversation.over:
                before = conversation.open
                for index, ask in before.items():
                    if conversation.over:
                        break
                    try:
                        result = answer(role, ask, shared if together or index in conversation.stopped else None)
                    except MoreReadsNeeded:
                        conversation.stopped.add(index)
                        continue
                    conversation.answer(index, result)
                if conversation.open == before:
                    waits = True
                    break
        if waits:
            shared.fetch()
    return conversations


def told(names: t.Iterable[str], found: t.Mapping[str, Conversation], problems: t.Mapping[str, t.Mapping[str, t.Any]], *, together: bool) -> dict[str, t.Any]:
    """The result of the task. ``names`` are all connectors, ``found`` the looks, ``problems`` why some of them cannot be used and are left to their roles.

    What a task registers stays until the end of the play: every fork of the controller copies it, for as many hosts as there are. So what the role of a
    connector would go on with is told of an open look only, and a result a second time only where a loop over several is to come.
    """
    looks: dict[str, dict[str, t.Any]] = {}
    for name in names:
        if name in problems:
            looks[name] = {"open": True, "reports": [], "failed": problems[name]["msg"]}
        else:
            looked = t.cast(Looked, found[name].looked)
            looks[name] = {"open": looked.open, "reports": [] if looked.open else [looked.result], **(looked.seen if looked.open else {})}
    closed = {name: look["reports"][0] for name, look in looks.items() if not look["open"]}
    still_open = [name for name in looks if name not in closed]
    answer = {"changed": False, "looks": looks, "open": still_open}
    return {**answer, "confirmed": list(closed.values()), "nothing_chosen": not looks} if together else answer


def chosen(given: t.Any) -> list[str]:
    """The names of connectors as an operator, a survey or C(-e) gives them: a list, its text in JSON, or names with commas between them."""
    if isinstance(given, str):
        given = from_yaml(given) if given.lstrip().startswith("[") else given.split(",")
    return list(dict.fromkeys(name for name in (str(one).strip() for one in given or ()) if name))


class Answers:
    """Runs the modules that the looks of one task name, each as its own task would run it."""

    def __init__(self, action: ConnectorAction, task: t.Any, templar: t.Any, variables: dict[str, t.Any], connectors_variable: str) -> None:
        """``connectors_variable`` names the variable that lists the connectors of a host, where hosts have several."""
        self._action, self._task, self._templar = action, task, templar
        self._variables = variables
        self._connectors_variable = connectors_variable
        self._started = machine_time()

    def answer(self, role: str, ask: Ask, shared: SharedReads | None) -> dict[str, t.Any]:
        """The result of the module, failed or not, in the words of the role's operator. Raises MoreReadsNeeded where reads are ``shared``."""
        return told_to_operator(self._answer(role, ask, shared), ask.module, role, role_options(role), ask.session, ask.variables)

    def _answer(self, role: str, ask: Ask, shared: SharedReads | None) -> dict[str, t.Any]:
        args = self._arguments(role, ask)
        error = check_hosts(ask.module, args, self._variables, self._task)
        if error:
            return failed(error)
        if ask.module in NEEDS_VAULT and needs_vault_passwords(args.get("sinks")):
            placement = self._action.placement_with_vault(self._variables)
            if not placement.in_worker:
                return without_vault(ask.module, placement)
        else:
            placement = self._action.placement(self._variables)
        in_check_mode = self._task.check_mode
        self._task.check_mode = in_check_mode or ask.predicts  # both ways of running a module ask the task
        try:
            services = {"graph_reads": lambda: shared} if shared and placement.in_worker else {}
            words = words_of(ask.module, role, role_options(role), ask.session, ask.variables)
            return self._action.run_module(ask.module, args, self._variables, placement, self._started, services, ask.needs, words)
        finally:
            self._task.check_mode = in_check_mode

    def _arguments(self, role: str, ask: Ask) -> dict[str, t.Any]:
        """The options with what the variables of the host and the defaults of the play and the role add to them."""
        args: dict[str, t.Any] = dict(ask.options)
        for option, variable in ask.secrets.items():
            value = plain(self._templar.template(self._variables[variable])) if variable in self._variables else None
            value = _PARTS[option](value) if option in _PARTS else value
            source = FROM_ENVIRONMENT.get(role, {}).get(variable, "")
            args[option] = value or os.environ.get(source) or None
        if "token_variable" in args and self._connectors_variable:
            args["connectors_variable"] = self._connectors_variable
        if ask.session != OWN_SESSION:
            args = {**session(self._variables, self._templar.template, ask.session), **args}
        # Like gather_facts, package and service of ansible-core, which choose a module as well: defaults of the play are for the module that runs.
        return t.cast("dict[str, t.Any]", _apply_action_arg_defaults(f"{COLLECTION}.{ask.module}", self._task, args, self._templar))
