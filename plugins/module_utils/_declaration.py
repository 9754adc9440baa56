# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What a module file declares, and the one way to execute it, in a module process or in the controller's worker."""

from __future__ import annotations

import dataclasses
import os
import re
import sys
import traceback
import typing as t

from ansible.module_utils.common import parameters

from ._argspec import auth_argument_spec
from ._budget import Budget
from ._clock import machine_time
from ._clouds import tenant_in_login_url
from ._engine import Resource, Runtime, run
from ._errors import ConnectorError, CrashError
from ._given_values import usable_options
from ._graph.rights import rights_of
from ._ids import is_guid
from ._job.cache import JOB_ID_VARIABLE
from ._numbers import check_numbers, number_problem

# How the action tells a module process about its task; the fourth is the job's id, see _job/cache.py.
HOST_VARIABLE = "TENANTKIT_HOST"  # the inventory host
NEEDS_VARIABLE = "TENANTKIT_NEEDS"  # the permissions that the README of the role documents for the task, with commas; or empty
DEADLINE_VARIABLE = "TENANTKIT_DEADLINE"  # when the keyword C(timeout) cuts the task off, in seconds since the epoch; or empty

ISSUES = "https://github.com/tenantkit/connectors/issues"

# Imported only to know whether they are there: a broken installation counts as missing, too.
MISSING_LIBRARIES: list[str] = []
try:
    import msal  # noqa: F401 # pylint: disable=unused-import
except ImportError:
    MISSING_LIBRARIES.append("msal")
try:
    import requests  # noqa: F401 # pylint: disable=unused-import
except ImportError:
    MISSING_LIBRARIES.append("requests")

# ansible-core 2.22 registers secrets and masks what it prints; older cores expect the module to mask its result. Only one of
# the two must be used: a value that was replaced in the result is lost to the tasks that need it.
try:
    from ansible.module_utils.secrets import register_secrets
except ImportError:
    register_secrets = None


@dataclasses.dataclass(frozen=True)
class Declaration:
    """One module: its options and the resource that works on them.

    ``auth`` modules take the options of the action group C(entra) (tenant, credential, cloud, timeout) on top of ``options``.
    ``reveals`` names the result values (with dots: "secret.secret_text") that hand out a secret on purpose. They are kept
    where everything else that holds a registered secret is masked.
    """

    options: t.Mapping[str, t.Any]
    resource: t.Callable[[Runtime], Resource[t.Any]]
    auth: bool = True
    reveals: t.Sequence[str] = ()
    documented: str = ""  # the name of the module where the README's table of permissions has rows for it
    required_one_of: t.Sequence[t.Sequence[str]] = ()
    mutually_exclusive: t.Sequence[t.Sequence[str]] = ()
    required_together: t.Sequence[t.Sequence[str]] = ()
    required_if: t.Sequence[t.Sequence[t.Any]] = ()
    required_by: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)

    def argument_spec(self) -> dict[str, t.Any]:
        """The whole argument spec, in the form AnsibleModule and ArgumentSpecValidator take."""
        spec = dict(auth_argument_spec()) if self.auth else {}
        spec.update(self.options)
        return spec

    def conditions(self) -> dict[str, t.Any]:
        """The conditions between options, in the form AnsibleModule and ArgumentSpecValidator take."""
        return {
            "required_one_of": self.required_one_of,
            "mutually_exclusive": self.mutually_exclusive,
            "required_together": self.required_together,
            "required_if": self.required_if,
            "required_by": dict(self.required_by),
        }


@dataclasses.dataclass
class Execution:
    """The end of one execution. Registered secrets are masked in it; those among the options are left to the caller."""

    result: dict[str, t.Any]
    failed: bool
    warnings: list[str]
    secrets: set[str]


def execute(
    declaration: Declaration,
    options: dict[str, t.Any],
    *,
    check_mode: bool,
    environ: t.Mapping[str, str] | None = None,
    host: str | None = None,
    time_limit: float | None = None,
    services: t.Mapping[str, t.Callable[[], t.Any]] | None = None,
) -> Execution:
    """Run a declaration with validated, plain options; never raises an Exception: failures and crashes are outcomes.

    Raises nothing for a missing package (ConnectorError) or a number out of its range (OptionError) either: both are raised and caught in here.

    ``time_limit`` (seconds) is what is left of the task's own keyword C(timeout); the budget is the smaller of it and the
    option C(timeout). ``services`` is what this process has beside the options, see C(Runtime.services).
    """
    warnings: list[str] = []
    given = options.get("timeout")
    # A number of seconds that no clock has is refused below, like every other number.
    seconds = float(300 if given is None or number_problem("timeout", given) else given)
    if time_limit is not None:
        # The task is cut off at time_limit, the process that writes is not: stop early enough that no write is under way then.
        time_limit = max(0.0, time_limit - min(1.0, time_limit / 4))
        seconds = min(seconds, time_limit)
    known = os.environ if environ is None else environ
    runtime = Runtime(
        options=options,
        check_mode=check_mode,
        budget=Budget(seconds, limit=time_limit),
        warn=lambda text: warnings.append(text) if text not in warnings else None,
        environ=known,
        host=host,
        run=known.get(JOB_ID_VARIABLE, ""),
        services=services or {},
    )
    failed = True
    try:
        if MISSING_LIBRARIES:
            raise ConnectorError(
                f"The Python package{'s' if len(MISSING_LIBRARIES) > 1 else ''} {' and '.join(MISSING_LIBRARIES)} cannot be imported by {sys.executable}.",
                code="missing_library",
                advice=f"Install them there: {sys.executable} -m pip install {' '.join(MISSING_LIBRARIES)}.",
            )
        check_numbers(declaration.argument_spec(), options)
        runtime.options = usable_options(declaration.argument_spec(), options)
        of_role = tuple(name for name in runtime.environ.get(NEEDS_VARIABLE, "").split(",") if name)
        runtime.needs = of_role or rights_of(declaration.documented, runtime.options)
        result = run(declaration.resource(runtime), runtime)
        failed = False
    except ConnectorError as error:
        told = _in_its_tenant(error, runtime.options, host)
        result = _with_progress({"msg": told.sentence(), "failure": told.as_failure(), "changed": bool(told.applied)}, runtime.so_far())
    except Exception as error:
        result = _with_progress(crash_result(error), runtime.so_far())
    return Execution(_masked(declaration, result, runtime.secrets), failed, mask(warnings, runtime.secrets), runtime.secrets)


def _with_progress(result: dict[str, t.Any], reached: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """A failed result with what its resource had reached by then: as keys of its own, and among the details of the failure."""
    if not reached:
        return result
    return {**reached, **result, "failure": {**result["failure"], "details": {**result["failure"]["details"], **reached}}}


def _in_its_tenant(error: ConnectorError, options: t.Mapping[str, t.Any], host: str | None) -> ConnectorError:
    """The failure with the tenant of its task in front, where its sentence does not name it: among a hundred hosts that matters.

    An id tells a reader nothing. Behind it stands what is known before the tenant is read: the domain that was expected, and the ``host``.
    """
    where, tenant = "In", options.get("tenant_id")
    if not tenant:
        # A product's module signs in nowhere: it knows the tenant that the product belongs to.
        where, tenant = "For", next(iter(options.get("expected_tenants") or ()), None) or tenant_in_login_url(options.get("authority") or "")
    if not tenant or error.code == "missing_library":
        return error
    named = any(f" {_words(name)} " in f" {_words(error.message)} " for name in (str(tenant), error.tenant or str(tenant)))
    known = _known_of(str(tenant), options, host)
    message = error.message if named else f"{where} tenant {tenant}: {error.message}"
    if known and not any(f" {_words(name)} " in f" {_words(message)} " for name in known.values()):
        words = ", ".join(f"{what} {name}" for what, name in known.items())
        # As it stands in the sentence: services and operators write ids in either case.
        message = re.sub(re.escape(str(tenant)), lambda found: f"{found[0]} ({words})", message, count=1, flags=re.IGNORECASE)
    return error.with_(tenant=error.tenant or str(tenant), message=message)


def _known_of(tenant: str, options: t.Mapping[str, t.Any], host: str | None) -> dict[str, str]:
    """What a reader knows of a tenant that was named by its id; empty where it was named otherwise."""
    if not is_guid(tenant):
        return {}
    return {what: str(name) for what, name in (("expected domain", options.get("expected_domain")), ("host", host)) if name}


def _words(text: str) -> str:
    """The words of a text with a blank between them. A host is one word, so one of the tenant's domain does not name the tenant."""
    apart = "".join(character if character.isalnum() or character in "_.-" else " " for character in text.lower())
    return " ".join(word.strip(".") for word in apart.split())


def crash_result(error: Exception) -> dict[str, t.Any]:
    """The result of a bug in this collection: a sentence that asks for a report, and the traceback.

    The exception's own text is only in the traceback, where it is masked like everything else and shown on demand: it may
    quote any value at all, and a report is pasted into a public place.
    """
    applied: t.Sequence[str] = ()
    if isinstance(error, CrashError) and isinstance(error.__cause__, Exception):
        applied, error = error.applied, error.__cause__
    frame = next(reversed(traceback.extract_tb(error.__traceback__)), None)
    place = f" in {os.path.basename(frame.filename)}, line {frame.lineno}" if frame else ""
    bug = ConnectorError(
        f"This is a bug in tenantkit.connectors: {type(error).__name__}{place}.",
        code="bug",
        advice=f"Please report it at {ISSUES}, with what ANSIBLE_DISPLAY_TRACEBACK=error shows; read that for secrets first. "
        "A write may have been in progress; a run in check mode shows what is left to do.",
        outcome="unknown",
        applied=applied,
    )
    failure = {**bug.as_failure(), "kind": "bug"}
    return {"msg": bug.sentence(), "failure": failure, "changed": bool(bug.applied), "exception": "".join(traceback.format_exception(error))}


def remaining_time(environ: t.Mapping[str, str], clock: t.Callable[[], float] = machine_time) -> float | None:
    """Seconds until the action's deadline; None without one. Time spent on starting this process is gone."""
    deadline = environ.get(DEADLINE_VARIABLE)
    return max(0.0, float(deadline) - clock()) if deadline else None


def mask(value: t.Any, secrets: t.Collection[str]) -> t.Any:
    """Hide secrets the way this ansible-core does it: register them, or replace them in ``value``.

    What AnsibleModule keeps is kept: on its highest level true, false and null are never replaced.
    """
    if not secrets:
        return value
    if register_secrets is not None:
        register_secrets(secrets)
        return value
    masked = parameters.remove_values(value, secrets)
    if isinstance(value, dict):
        masked.update({key: item for key, item in value.items() if item is None or isinstance(item, bool)})
    return masked


def _masked(declaration: Declaration, result: dict[str, t.Any], secrets: t.Collection[str]) -> dict[str, t.Any]:
    """Mask a result, except for what the declaration hands out on purpose."""
    masked: dict[str, t.Any] = mask(result, secrets)
    for path in declaration.reveals:
        source: t.Any = result
        target: t.Any = masked
        *parents, last = path.split(".")
        for key in parents:
            source, target = source.get(key), target.get(key)
            if not isinstance(source, dict) or not isinstance(target, dict):
                break
        else:
            if last in source:
                target[last] = source[last]
    return masked
