# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What a module says in the words of the operator of a role: the role's variable in place of the module's option. Pure, but for C(role_of_task).

A module says which of its options is wrong. Where a role calls it the operator never wrote that option, and looks for it in vain.
"""

from __future__ import annotations

import dataclasses
import functools
import re
import typing as t

from ..module_utils._products.registry import CONNECTIONS
from ._session_options import CREDENTIAL, SHARED

_COLLECTION = "tenantkit.connectors."
_SHARED_ROLE = "entra_connector"
# Options whose variable is not the role's name and the option's: what the variable is called behind the role's name; the first one that the role has.
_OTHER_NAMES: t.Mapping[str, t.Sequence[str]] = {
    "app_id": ("client_id", "app_id"),
    "on_forbidden": ("consent_on_forbidden",),
    "permissions": ("custom_permissions", "custom_scopes", "permissions"),
    "validity_days": ("secret_validity_days", "credential_validity_days"),
    "renew_before_days": ("secret_renew_before_days", "credential_renew_before_days"),
    "overlap_days": ("secret_overlap_days", "credential_overlap_days"),
    "expected_publisher_tenant_id": ("publisher_tenant_id",),
    "url": ("host", "url"),
    "mode": ("consent_mode",),
    "known_value": ("client_secret",),
}
# A role's variable of the same name is something else: this one is a member of the automation identity's credential, or is made by the role.
_ANOTHER_THING = frozenset({"client_secret"})
# The options of these modules are members of one variable: only what all modules share has a variable of its own.
_MEMBERS = frozenset({"entra_token"})
# An option in quotes; or without them a word that can be nothing else, since it has an underscore. What is a part of a longer name or address is neither.
_NAMED = re.compile(r"'(?P<quoted>[a-z][a-z0-9_]*)'|(?<![\w'./$<-])(?P<bare>[a-z][a-z0-9]*(?:_[a-z0-9]+)+)(?![\w'/]|\.\w|=)")
_VARIABLE = r"'\w+'(?: in '\w+')?"
# What a module says of the roles, in brackets: ('x_a' of the role, or ...); ('x_a' or 'x_b' of the role); (of the role: 'x_a', 'x_b').
_OF_THE_ROLE = re.compile(
    rf" \((?:of the role: )?(?P<names>{_VARIABLE}(?:(?:, | and | or ){_VARIABLE})*)(?: of (?:the roles?|a role))?(?:, (?P<rest>or [^()]*))?\)"
)


def variable_of(option: str, role: str, variables: t.Container[str], auth: str = "entra_auth") -> str | None:
    """How a sentence names the variable behind an option of a module, quotes included; None where the role has none.

    ``variables`` are the names that the role documents, ``auth`` the variable with the credential.
    """
    if option in SHARED:
        return f"'{SHARED[option]}'"
    if option.removeprefix("auth_") in CREDENTIAL and option.startswith("auth_"):
        return f"'{option.removeprefix('auth_')}' in '{auth}'"
    names = (f"{role}_{name}" for name in (*_OTHER_NAMES.get(option, ()), *(() if option in _ANOTHER_THING else (option,))))
    return next((f"'{name}'" for name in names if name in variables), None)


def in_operators_words(
    text: str,
    role: str,
    variables: t.Container[str],
    auth: str = "entra_auth",
    untouched: str | None = None,
    own: t.Mapping[str, str] | None = None,
) -> str:
    """A sentence with the variables of a role in place of options. ``untouched`` is what a service said, which is quoted as it is.

    ``own`` are variables by option that come before all others.
    """
    if untouched and untouched in text:
        return untouched.join(in_operators_words(part, role, variables, auth, own=own) for part in text.split(untouched))
    given = own or {}

    def named(found: re.Match[str]) -> str:
        option = found["quoted"] or found["bare"]
        return f"'{given[option]}'" if option in given else variable_of(option, role, variables, auth) or found[0]

    said = _NAMED.sub(named, text.replace("<role>_", f"{role}_"))

    def once(found: re.Match[str]) -> str:
        """The brackets without the variables that were named before them."""
        if not all(name in said[: found.start()] for name in re.findall(_VARIABLE, found["names"])):
            return found[0]
        return f" ({found['rest']})" if found["rest"] else ""

    return _OF_THE_ROLE.sub(once, said)


def words_of(module: str, role: str, variables: t.Container[str], auth: str = "entra_auth", own: t.Mapping[str, str] | None = None) -> t.Callable[[str], str]:
    """How a warning of a module reads for the operator of ``role``. ``own`` as in C(told_to_operator)."""
    return functools.partial(in_operators_words, role=role, variables=() if module in _MEMBERS else variables, auth=auth, own=own)


def warnings_told(result: dict[str, t.Any], words: t.Callable[[str], str]) -> dict[str, t.Any]:
    """The result of a module process with its warnings in the operator's words. ansible-core 2.19 and later keep them as objects."""
    warnings = result.get("warnings")
    return {**result, "warnings": [_warning_told(one, words) for one in warnings]} if isinstance(warnings, list) else result


def _warning_told(warning: t.Any, words: t.Callable[[str], str]) -> t.Any:
    if isinstance(warning, str):
        return words(warning)
    event: t.Any = getattr(warning, "event", None)
    if event is None or not isinstance(getattr(event, "msg", None), str):
        return warning
    return dataclasses.replace(warning, event=dataclasses.replace(event, msg=words(event.msg)))


def told_to_operator(
    result: dict[str, t.Any], module: str, role: str, variables: t.Container[str], auth: str = "entra_auth", own: t.Mapping[str, str] | None = None
) -> dict[str, t.Any]:
    """The failed result of a module as the operator of ``role`` reads it. A result that has not failed stays as it is.

    ``own`` are the variables that options of this one task come from, by option, where no rule leads to them.
    """
    if not result.get("failed") or not isinstance(result.get("msg"), str):
        return result
    if module in _MEMBERS:
        variables = ()
    failure = result.get("failure")
    of_service = failure.get("message") if isinstance(failure, dict) else None

    def in_words(text: str) -> str:
        return in_operators_words(text, role, variables, auth, of_service, own)

    told = {**result, "msg": in_words(result["msg"])}
    if isinstance(failure, dict) and failure.get("advice"):
        told["failure"] = {**failure, "advice": in_words(failure["advice"])}
    return told


def role_of_names(names: t.Iterable[str]) -> str | None:
    """The role whose variables an operator wrote, from the full names of a task's role and its parents; None for a task of no role of this collection.

    The tasks of entra_connector are the steps of the product's role that included it.
    """
    found = []
    for name in names:
        if not name.startswith(_COLLECTION) or name.removeprefix(_COLLECTION) not in CONNECTIONS:
            break  # a role of the operator's: what stands above it has nothing to do with its tasks
        found.append(name.removeprefix(_COLLECTION))
    return next((name for name in found if name != _SHARED_ROLE), found[0] if found else None)


def role_of_task(task: t.Any, variables: t.Mapping[str, t.Any]) -> str | None:
    """The same of a task of Ansible."""
    own = getattr(task, "_role", None)
    if own is None:
        return None
    return role_of_names([str(own.get_name()), *map(str, variables.get("ansible_parent_role_names") or ())])
