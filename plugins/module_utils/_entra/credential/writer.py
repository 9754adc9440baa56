# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What the writers of secrets and of certificates have in common."""

from __future__ import annotations

import abc
import dataclasses

from ..._errors import ConnectorError, sentences
from .key import Key
from .tag_writer import TagWriter


@dataclasses.dataclass(frozen=True)
class Minted:
    """A credential that this run made. ``value`` is the secret, or the private key (PEM); only the result of the module shows it."""

    key: Key
    value: str = dataclasses.field(repr=False)


class CredentialWriter(TagWriter, abc.ABC):
    """Writes to the credentials of one kind, and to the tags, of one application that exists."""

    @abc.abstractmethod
    def keys(self) -> list[Key]:
        """The application's keys of this kind as they are now."""

    @abc.abstractmethod
    def remove(self, key_id: str, *, fresh: bool = False) -> None:
        """Remove a key; one that is gone already is no error. ``fresh``: it was just made, so "not found" may only mean "not there yet"."""

    def take_back(self, minted: Minted, error: ConnectorError) -> ConnectorError:
        """After a failure: remove the key just made. Returns the failure with what became of the key."""
        key_id = minted.key.key_id
        try:
            self.remove(key_id, fresh=True)
        except ConnectorError as second:
            left = f"The new key {key_id} could not be removed again ({second.message}); it was not delivered."
            return error.with_(details={"left_key_id": key_id}, advice=sentences(error.advice, left))
        return error.with_(details={"removed_key_id": key_id})
