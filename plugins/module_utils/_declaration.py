# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What a module file declares, and the one way to execute it, in a module process or in the controller's worker."""

from __future__ import annotations

import dataclasses
import importlib
import os
import re
import sys
import time
import traceback
import typing as t

from ansible.module_utils.common import parameters
from ansible_collections.tenantkit.connectors.plugins.module_utils._argspec import auth_argument_spec
from ansible_collections.tenantkit.connectors.plugins.module_utils._budget import Budget
from ansible_collections.tenantkit.connectors.plugins.module_utils._clouds import tenant_in_login_url
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import Resource, Runtime, run
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConnectorError, OptionError

# How the action tells a module process about its task; the third is the job's id, see _cache.py.
HOST_VARIABLE = "TENANTKIT_HOST"  # the inventory host
DEADLINE_VARIABLE = "TENANTKIT_DEADLINE"  # when the keyword C(timeout) cuts the task off, in seconds since the epoch; or empty

ISSUES = "https://github.com/tenantkit/connectors/issues"

MISSING_LIBRARIES: list[str] = []
for _library in ("msal", "requests"):
    try:
        importlib.import_module(_library)
    except ImportError:
        MISSING_LIBRARIES.append(_library)

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
class Outcome:
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
) -> Outcome:
    """Run a declaration with validated, plain options; never raises an Exception: failures and crashes are outcomes.

    ``time_limit`` (seconds) is what is left of the task's own keyword C(timeout); the budget is the smaller of it and the
    option C(timeout).
    """
    warnings: list[str] = []
    given = options.get("timeout")
    seconds = float(300 if given is None else given)
    if time_limit is not None:
        # The task is cut off at time_limit, the process that writes is not: stop early enough that no write is under way then.
        seconds = min(seconds, max(0.0, time_limit - min(1.0, time_limit / 4)))
    runtime = Runtime(
        options=options,
        check_mode=check_mode,
        budget=Budget(seconds),
        warn=lambda text: warnings.append(text) if text not in warnings else None,
        environ=os.environ if environ is None else environ,
        host=host,
    )
    failed = True
    try:
        if MISSING_LIBRARIES:
            raise ConnectorError(
                f"The Python package{'s' if len(MISSING_LIBRARIES) > 1 else ''} {' and '.join(MISSING_LIBRARIES)} cannot be imported by {sys.executable}.",
                code="missing_library",
                advice=f"Install them there: {sys.executable} -m pip install {' '.join(MISSING_LIBRARIES)}.",
            )
        if given is not None and given < 1:
            raise OptionError(f"'timeout' is {given} and has to be at least 1 (seconds).", code="invalid_timeout", advice="Leave it out for 300.")
        result = run(declaration.resource(runtime), runtime)
        failed = False
    except ConnectorError as error:
        # A product's module signs in nowhere: it knows the tenant that the product belongs to.
        _name_tenant(error, "In", options.get("tenant_id"))
        _name_tenant(error, "For", next(iter(options.get("expected_tenants") or ()), None) or tenant_in_login_url(options.get("authority") or ""))
        result = _with_progress({"msg": error.sentence(), "failure": error.as_failure(), "changed": bool(error.applied)}, runtime.so_far())
    except Exception as error:
        result = _with_progress(crash_result(error), runtime.so_far())
    return Outcome(_masked(declaration, result, runtime.secrets), failed, mask(warnings, runtime.secrets), runtime.secrets)


def _with_progress(result: dict[str, t.Any], reached: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """A failed result with what its resource had reached by then: as keys of its own, and among the details of the failure."""
    if not reached:
        return result
    return {**reached, **result, "failure": {**result["failure"], "details": {**result["failure"]["details"], **reached}}}


def _name_tenant(error: ConnectorError, where: str, tenant: t.Any) -> None:
    """Put the tenant in front of a sentence that does not say which one it is about: among a hundred hosts that matters."""
    if not tenant or error.code == "missing_library":
        return
    error.tenant = error.tenant or str(tenant)
    # As a word of its own: a host of the same domain does not name the tenant.
    words = "|".join(re.escape(name) for name in (str(tenant), error.tenant))
    if not re.search(rf"(?<![\w.-])({words})(?![\w-])", error.message, re.IGNORECASE):
        error.message = f"{where} tenant {tenant}: {error.message}"


def crash_result(error: Exception) -> dict[str, t.Any]:
    """The result of a mistake of ours: a sentence that asks for a report, and the traceback.

    The exception's own text is only in the traceback, where it is masked like everything else and shown on demand: it may
    quote any value at all, and a report is pasted into a public place.
    """
    frame = next(reversed(traceback.extract_tb(error.__traceback__)), None)
    place = f" in {os.path.basename(frame.filename)}, line {frame.lineno}" if frame else ""
    bug = ConnectorError(
        f"This is a bug in tenantkit.connectors: {type(error).__name__}{place}.",
        code="bug",
        advice=f"Please report it at {ISSUES}, with what ANSIBLE_DISPLAY_TRACEBACK=error shows; read that for secrets first. "
        "A write may have been under way; a run in check mode shows what is left to do.",
        outcome="unknown",
    )
    bug.applied = list(getattr(error, "applied", ()))  # where the engine could tell
    failure = {**bug.as_failure(), "kind": "bug"}
    return {"msg": bug.sentence(), "failure": failure, "changed": bool(bug.applied), "exception": "".join(traceback.format_exception(error))}


def remaining_time(environ: t.Mapping[str, str], clock: t.Callable[[], float] = time.time) -> float | None:
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
    masked = mask(result, secrets)
    for path in declaration.reveals:
        source, target = result, masked
        *parents, last = path.split(".")
        for key in parents:
            source, target = source.get(key), target.get(key)
            if not isinstance(source, dict) or not isinstance(target, dict):
                break
        else:
            if last in source:
                target[last] = source[last]
    return masked
