# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Which provisioning key may go to the instance of a host. A key controls a whole instance, so it goes to the instance that stands beside it. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ..._addresses import one_spelling, without_secrets


@dataclasses.dataclass(frozen=True)
class KeyChoice:
    """The key of a host, without its value."""

    entry: str  # its name in C(workspace365_provisioning_keys); empty for the single key
    there: bool  # whether there is a key for this instance
    own: bool  # whether it stands beside this host or this instance
    elsewhere: str = ""  # the instance that the single key stands beside, where that is another one


def choose_key(variables: t.Mapping[str, t.Any], host: str, instance: str) -> KeyChoice:
    """The key for ``instance``, an address in one spelling: the host's entry, else the instance's entry, else the single key unless it is of another one.

    An entry that is empty counts: what stands beside a host or an instance is not filled up with a key that could be of another.
    """
    keys: t.Mapping[str, t.Any] = variables.get("workspace365_provisioning_keys") or {}
    of_instance = next((str(name) for name in keys if _same(str(name), instance)), None)
    entry = host if host in keys else of_instance
    if entry is not None:
        return KeyChoice(entry, bool(keys[entry]), own=True)
    beside = str(variables.get("workspace365_provisioning_key_instance") or "")
    given = bool(variables.get("workspace365_provisioning_key"))
    if beside and not _same(beside, instance):
        return KeyChoice("", there=False, own=False, elsewhere=without_secrets(beside) if given else "")
    return KeyChoice("", given, own=bool(beside))


def partial_problem(choice: KeyChoice, host: str, instance: str, partial: str) -> str | None:
    """Why a key that stands beside no instance is not used: the hosts that would show whose it is may be missing. ``partial`` as of C(partial_run)."""
    if not partial or not choice.there or choice.own:
        return None
    return (
        f"'workspace365_provisioning_key' does not say which Workspace 365 instance it belongs to, and this run {partial}: hosts that would show it may be "
        f"missing, so the key could reach another instance than its own. Nothing was asked for. If it belongs to {without_secrets(instance)}, set "
        "'workspace365_provisioning_key_instance' to that address; or give the keys by instance or host, this one's being "
        f"'{host}', in 'workspace365_provisioning_keys'."
    )


def _same(one: str, other: str) -> bool:
    return one_spelling(one).lower() == one_spelling(other).lower()
