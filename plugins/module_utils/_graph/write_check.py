# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Whether an object that was read holds the values of a write whose answer was lost."""

from __future__ import annotations

import typing as t

_NOTHING: tuple[t.Any, ...] = (None, "", [], {})


def is_applied(found: t.Any, sent: t.Any) -> bool:
    """Whether ``found`` has every value of ``sent``; what else it has does not matter, except in lists, which a write replaces as a whole.

    Lists are sets to Graph. In an entry of a list a value that Graph never gives back (the key of a certificate) is no difference: the entry has its id.
    """
    if isinstance(sent, dict):
        if not isinstance(found, dict):
            return not sent and found in _NOTHING
        return all(name.startswith("@odata.") or is_applied(found.get(name), value) for name, value in sent.items())
    if isinstance(sent, list):
        rest = list(found or ())
        if not isinstance(found, (list, type(None))) or len(rest) != len(sent):
            return False
        for entry in sent:
            same = next((one for one in rest if _same_entry(one, entry)), None)
            if same is None:
                return False
            rest.remove(same)
        return True
    return found == sent or (found in _NOTHING and sent in _NOTHING)


def _same_entry(found: t.Any, sent: t.Any) -> bool:
    if not isinstance(found, dict) or not isinstance(sent, dict):
        return is_applied(found, sent)
    return all(name.startswith("@odata.") or found.get(name) is None or is_applied(found[name], value) for name, value in sent.items())
