# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out the task files of the roles in the test's own process, without Ansible: what a thousand runs need that a playbook each would take hours for.

It knows the keywords that C(role_rules.py) leaves to roles, and stops at any other. Order, conditions and options come from the files; modules are run as a
worker runs them. What it is not is Ansible: that both do the same is seen by tests that run some of the same tenants as playbooks.
"""

from __future__ import annotations

import dataclasses
import functools
import typing as t
from pathlib import Path

import jinja2
import yaml
from ansible_collections.tenantkit.connectors.plugins.filter.sink_secrets import FilterModule as SinkSecrets
from ansible_collections.tenantkit.connectors.plugins.lookup.connection import SINKS, filled_up
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connector.look import Ask, Host, Look, Looked
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.registry import (
    BEFORE_WRITING,
    CONNECTIONS,
    FROM_ENVIRONMENT,
    LOOKS,
    PREFLIGHTS,
)
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._look import Conversation, look_together, told
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._role_variables import role_variables
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._session_options import session
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._worker import load_declaration, plain, run_in_worker
from jinja2.nativetypes import NativeEnvironment

ROOT = Path(__file__).resolve().parents[2]
ROLES = ROOT / "roles"
OURS = "tenantkit.connectors."
Json = dict[str, t.Any]
OMIT = object()
KEYWORDS = frozenset({
    "name", "vars", "when", "register", "loop", "loop_control", "no_log", "module_defaults", "failed_when", "changed_when", "check_mode", "block", "rescue",
    "always", "delegate_to", "become", "apply",
})  # fmt: skip


class TaskFailed(Exception):
    """A task that failed, with its result."""

    def __init__(self, task: str, result: Json) -> None:
        super().__init__(f"{task}: {result.get('msg')}")
        self.task, self.result = task, result


class _EndRole(Exception):
    """C(meta: end_role)."""


@functools.cache
def _file(path: Path) -> t.Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


@dataclasses.dataclass(frozen=True)
class _Frame:
    """Where a task stands: its role, that role's parents, the variables and defaults of the blocks and includes around it."""

    role: str
    parents: tuple[str, ...] = ()
    variables: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    defaults: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)  # of modules
    check_mode: bool = False

    def within(self, role: str) -> _Frame:
        """The same inside of a role that this one includes."""
        return dataclasses.replace(self, role=role, parents=(self.role, *self.parents))


class _Names(t.Mapping[str, t.Any]):  # type: ignore[misc]
    """The variables as a task sees them, each resolved when it is used."""

    def __init__(self, runner: RoleRunner, frame: _Frame) -> None:
        self._runner, self._frame = runner, frame

    def raw(self, name: str) -> t.Any:
        """The value as it is written. Raises KeyError."""
        runner, frame = self._runner, self._frame
        if name == "ansible_parent_role_paths":
            return [str(ROLES / parent) for parent in frame.parents]
        for scope in (runner.facts, frame.variables, *(_of_role(role) for role in (frame.role, *frame.parents)), runner.host, runner.published):
            if name in scope:
                return scope[name]
        raise KeyError(name)

    def __getitem__(self, name: str) -> t.Any:
        value = self.raw(name)
        return value if name in self._runner.facts else self._runner.template(value, self._frame, strict=False)

    def __contains__(self, name: object) -> bool:
        try:
            self.raw(str(name))
        except KeyError:
            return False
        return True

    def __iter__(self) -> t.Iterator[str]:
        seen: dict[str, None] = dict.fromkeys(self._runner.facts)
        for scope in (self._frame.variables, _of_role(self._frame.role), self._runner.host, self._runner.published):
            seen |= dict.fromkeys(scope)
        return iter(seen)

    def __len__(self) -> int:
        return sum(1 for _name in self)


@functools.cache
def _of_role(role: str) -> Json:
    path = ROLES / role / "vars" / "main.yml"
    return dict(_file(path) or {}) if path.exists() else {}


@functools.cache
def _published() -> Json:
    found: Json = {}
    for role in LOOKS:
        found |= {**(_file(ROLES / role / "defaults" / "main.yml") or {}), **_of_role(role)}
    return {**(_file(ROLES / "entra_connector" / "defaults" / "main.yml") or {}), **found}


class _Context(jinja2.runtime.Context):
    """Looks names up where a task does."""

    def resolve_or_missing(self, key: str) -> t.Any:
        names = self.parent["__names"]
        if key in ("lookup", "omit") or key not in names:
            return super().resolve_or_missing(key)
        return names[key]


def _default(value: t.Any, other: t.Any = "", also_empty: bool = False) -> t.Any:
    return other if isinstance(value, jinja2.Undefined) or (also_empty and not value) else value


class _Environment(NativeEnvironment):
    context_class = _Context


def _environment() -> _Environment:
    found = _Environment(undefined=jinja2.ChainableUndefined)
    found.filters |= {"default": _default, "bool": lambda value: str(value).lower() in ("true", "yes", "1"), "combine": lambda one, other: {**one, **other}}
    found.filters |= {f"tenantkit.connectors.{name}": function for name, function in SinkSecrets().filters().items()}
    found.tests |= {
        "changed": lambda value: bool(value.get("changed")),
        "skipped": lambda value: bool(value.get("skipped")),
        "all": all,
    }
    return found


class RoleRunner:
    """One host, in one emulated tenant."""

    def __init__(self, host: t.Mapping[str, t.Any], environ: t.Mapping[str, str], directory: Path, services: t.Mapping[str, t.Callable[[], t.Any]]) -> None:
        self.facts: Json = {}
        self.host = {"inventory_hostname": "contoso", "inventory_dir": str(directory), "ansible_check_mode": False, **host}
        self.published = _published()
        self.ran: list[str] = []  # the tasks of modules, as far as they were reached
        self._environ, self._directory, self._services = dict(environ), directory, services
        self._jinja = _environment()
        self._compiled: dict[str, t.Any] = {}

    # Values

    def template(self, value: t.Any, frame: _Frame, *, strict: bool = True) -> t.Any:
        """A value with its expressions resolved; members that come out as C(omit) are left out. ``strict``: what is not defined fails the task."""
        if isinstance(value, str):
            return self._render(value, frame, strict) if "{{" in value else value
        if isinstance(value, dict):
            found = {self.template(name, frame): self.template(member, frame, strict=strict) for name, member in value.items()}
            return {name: member for name, member in found.items() if member is not OMIT}
        if isinstance(value, list):
            return [one for one in (self.template(member, frame, strict=strict) for member in value) if one is not OMIT]
        return value

    def _render(self, text: str, frame: _Frame, strict: bool = True) -> t.Any:
        def lookup(name: str, *terms: t.Any, **options: t.Any) -> t.Any:
            return self._lookup(name, terms, options, frame)

        stripped = text.strip()
        given = {"__names": _Names(self, frame), "lookup": lookup, "omit": OMIT}
        whole = stripped.startswith("{{") and stripped.endswith("}}") and stripped.count("{{") == 1
        if whole:
            code = stripped[2:-2].strip()
            if code not in self._compiled:
                self._compiled[code] = self._jinja.compile_expression(code, undefined_to_none=False)
            found = self._expression(self._compiled[code], given)
            if isinstance(found, jinja2.Undefined) and strict:
                raise TaskFailed("a template", {"failed": True, "msg": f"undefined: {text}"})
            return found
        return str(self._jinja.from_string(text).render(given))

    def _expression(self, compiled: t.Any, given: Json) -> t.Any:
        context = compiled._template.new_context(given)
        jinja2.utils.consume(compiled._template.root_render_func(context))
        return context.vars["result"]

    def condition(self, test: t.Any, frame: _Frame) -> bool:
        """Whether each entry of a condition holds."""
        entries = test if isinstance(test, list) else [test]
        return all(entry if isinstance(entry, bool) else bool(self._render("{{ " + str(entry) + " }}", frame)) for entry in entries)

    def _lookup(self, name: str, terms: t.Sequence[t.Any], options: Json, frame: _Frame) -> t.Any:
        names = _Names(self, frame)
        known = {one: names.raw(one) for one in names}
        if name == f"{OURS}connection":
            return self.connection(str(terms[0]), frame)
        if name == f"{OURS}session":
            return session(known, lambda value: self.template(value, frame), options.get("auth", "entra_auth"))
        if name == f"{OURS}host_values":
            value = self.host.get(terms[0])
            return {} if value is None else {self.host["inventory_hostname"]: value}
        assert name == "ansible.builtin.env", name
        return self._environ.get(terms[0], "")

    def connection(self, role: str, frame: _Frame) -> Json:
        """What a role publishes."""
        names = _Names(self, frame)
        known = {one: names.raw(one) for one in names if one != f"{role}_connection"}

        def template(value: t.Any) -> t.Any:
            return self.template(value, frame)

        shared = role_variables("entra_connector", {one: known[one] for one in SINKS if one in known}, template)
        given = {**shared, **filled_up(role, role_variables(role, known, template), self._environ)}
        return plain(CONNECTIONS[role](given, host=str(self.host["inventory_hostname"]), check_mode=False))

    # Modules

    def module(self, name: str, options: t.Mapping[str, t.Any], *, check_mode: bool, deferred: t.Any = None) -> Json:
        """The result of a module. Reads may be ``deferred`` to others of the same look."""
        services = {**self._services, **({"graph_reads": lambda: deferred} if deferred else {})}
        given = {option: value for option, value in options.items() if value is not OMIT}
        outcome = run_in_worker(
            load_declaration(name),
            f"{OURS}{name}",
            given,
            check_mode=check_mode,
            environ=self._environ,
            host=str(self.host["inventory_hostname"]),
            directory=str(self._directory),
            services=services,
        )
        assert (outcome.result.get("failure") or {}).get("kind") != "bug", outcome.result
        return outcome.result

    def answer(self, role: str, ask: Ask, deferred: t.Any, frame: _Frame, *, check_mode: bool) -> Json:
        """The answer to a question of a look."""
        names = _Names(self, frame)
        known = {one: names.raw(one) for one in names}
        options = {**session(known, lambda value: self.template(value, frame), ask.session), **ask.options}
        for option, variable in ask.secrets.items():
            exported = self._environ.get(FROM_ENVIRONMENT.get(role, {}).get(variable, ""))
            options[option] = names.get(variable) or exported or None
        declared = load_declaration(ask.module).argument_spec()
        given = {option: value for option, value in options.items() if option in declared}
        return self.module(ask.module, given, check_mode=check_mode or ask.predicts, deferred=deferred)

    def _looks(self, looks: t.Mapping[str, Look], frame: _Frame, *, check_mode: bool = False) -> dict[str, Conversation]:
        return look_together(looks, lambda role, ask, deferred: self.answer(role, ask, deferred, frame, check_mode=check_mode))

    def _about(self) -> Host:
        name = str(self.host["inventory_hostname"])
        return Host(name, False, f"{self._directory}/credentials", lambda variable: {name: self.host[variable]} if variable in self.host else {})

    def _connector_look(self, args: Json, frame: _Frame) -> Json:
        (name,) = args["connectors"]
        connection = self.connection(name, frame)
        if args.get("before_writing"):
            before = args["before_writing"]

            def asks() -> Look:
                answer = yield from BEFORE_WRITING[name](connection, before["look"], bool(before.get("makes_credential")), self._about())
                return Looked(True, seen=answer)

            look: Look = asks()
        else:
            look = LOOKS[name](connection, self._about())
        found = self._looks({name: look}, frame)
        return found[name].failed or told([name], found, {}, together=False)

    def preflight(self, role: str) -> tuple[t.Any, Json]:
        """What is foreseen of a role, or the failed result, and what the identity is."""
        frame = _Frame(role)
        connection = self.connection(role, frame)
        identity = self.answer(role, Ask("entra_identity_info", {"permissions": []}, optional=True), None, frame, check_mode=True)
        found = self._looks({role: PREFLIGHTS[role](connection, self._about(), identity.get("identity") or {})}, frame, check_mode=True)[role]
        return found.failed or t.cast(Looked, found.looked).seen["foreseen"], identity

    # Tasks

    def role(self, role: str) -> Json:
        """Carry a role out. Returns its result fact; raises TaskFailed."""
        self._include_role(_Frame(""), role, "main")
        return t.cast(Json, self.facts[f"{role}_result"])

    def _include_role(self, frame: _Frame, role: str, name: str) -> None:
        try:
            self._tasks(_file(ROLES / role / "tasks" / f"{name}.yml"), frame.within(role))
        except _EndRole:
            return

    def _tasks(self, tasks: t.Sequence[Json], frame: _Frame) -> None:
        for task in tasks or ():
            self._task(task, frame)

    def _task(self, task: Json, frame: _Frame) -> None:
        defaults = {**frame.defaults, **(task.get("module_defaults") or {})}
        frame = dataclasses.replace(frame, variables={**frame.variables, **(task.get("vars") or {})}, defaults=defaults)
        if "check_mode" in task:
            frame = dataclasses.replace(frame, check_mode=bool(self.template(task["check_mode"], frame)))
        if "loop" in task:
            self._loop(task, frame)
            return
        if not self.condition(task.get("when", True), frame):
            if "register" in task:
                self.facts[task["register"]] = {"skipped": True, "changed": False}
            return
        if "block" in task:
            self._block(task, frame)
            return
        result = self._once(task, frame)
        if "register" in task:
            self.facts[task["register"]] = result
        if "changed_when" in task:
            result["changed"] = self.condition(task["changed_when"], frame)
        if result.get("failed") and self.condition(task.get("failed_when", True), frame):
            raise TaskFailed(str(task.get("name")), result)

    def _loop(self, task: Json, frame: _Frame) -> None:
        variable = task["loop_control"]["loop_var"]
        bare = {name: value for name, value in task.items() if name not in ("loop", "loop_control", "register", "vars", "module_defaults")}
        results: list[Json] = []
        for item in self.template(task["loop"], frame, strict=False):  # what is not defined is of no item that runs
            inner = dataclasses.replace(frame, variables={**frame.variables, variable: item})
            if self.condition(task.get("when", True), inner):
                results.append({variable: item, **self._once(bare, inner)})
        whole: Json = {"results": results, "changed": any(one.get("changed") for one in results)}
        if not results:
            whole["skipped"] = True
        if any(one.get("failed") for one in results):
            whole |= {"failed": True, "msg": "One or more items failed"}
        if "register" in task:
            self.facts[task["register"]] = whole
        if whole.get("failed"):
            raise TaskFailed(str(task.get("name")), whole)

    def _block(self, task: Json, frame: _Frame) -> None:
        try:
            self._tasks(task["block"], frame)
        except TaskFailed as failed:
            if "rescue" not in task:
                raise
            self.facts |= {"ansible_failed_result": failed.result, "ansible_failed_task": {"name": failed.task}}
            self._tasks(task["rescue"], frame)
        finally:
            self._tasks(task.get("always") or (), frame)

    def _once(self, task: Json, frame: _Frame) -> Json:
        (action,) = [name for name in task if name not in KEYWORDS]
        if action in ("ansible.builtin.include_tasks", "ansible.builtin.import_tasks"):
            given = task[action]
            name = str(self.template(given["file"] if isinstance(given, dict) else given, frame))
            path = Path(name) if name.startswith("/") else ROLES / frame.role / "tasks" / name
            self._tasks(_file(path), frame)
            return {}
        args = self.template(task[action] or {}, frame)
        if action == "ansible.builtin.include_role":
            self._include_role(frame, args["name"].removeprefix(OURS), str(args.get("tasks_from", "main")).removesuffix(".yml"))
            return {}
        if action == "ansible.builtin.set_fact":
            self.facts |= args
            return {}
        if action == "ansible.builtin.debug":
            return {}
        if action == "ansible.builtin.fail":
            return {"failed": True, "msg": args["msg"]}
        if action == "ansible.builtin.meta":
            raise _EndRole
        assert action.startswith(OURS), f"{action} is not known here"
        return self._ours(str(task.get("name")), action.removeprefix(OURS), args, frame)

    def _ours(self, title: str, module: str, args: Json, frame: _Frame) -> Json:
        self.ran.append(f"{frame.role}: {title}")
        if module == "connector_look":
            return self._connector_look(args, frame)
        declaration = load_declaration(module)
        group = self.template(frame.defaults.get(f"group/{OURS}session", {}), frame) if declaration.auth else {}
        defaults = self.template(frame.defaults.get(f"{OURS}{module}", {}), frame)
        return self.module(module, {**group, **defaults, **args}, check_mode=frame.check_mode)
