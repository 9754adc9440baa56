# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Credentials and ids as people hand them over: what is cleaned without doubt, and what is refused with a sentence. One table says which option is which.

An editor leaves a newline at the end of a file, a shell a blank, a spreadsheet quotation marks, Windows a byte order mark. None of them can be part of an id or
of a signed token, so they are taken away there. They cannot be part of a key either that a service made, but which value was meant is then a guess: a wrong one
would be sent as a credential, so it is refused. What a person chose, a password, may hold blanks and quotation marks.

Sources: https://learn.microsoft.com/entra/identity/authentication/concept-sspr-policy (characters of a password, a blank among them), RFC 7519 (a token has
none of these), https://support.workspace365.net/hc/en-us/articles/4402990903058-Provisioning-API-instance- (the key is a GUID); read 2026-11. That no client
secret of Entra and no API token of Workato begins or ends with white space or quotation marks (inferred).
"""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from ._errors import CredentialError


class ValueKind(enum.Enum):
    """What a value is, which decides what may be done to it."""

    ID = "id"  # a GUID, or another name that services make: cleaned
    TOKEN = "token"  # a signed token (JWT): cleaned
    DOCUMENT = "document"  # PEM or base64, which its reader judges: cleaned at its ends
    KEY = "key"  # made by a service, sent in a header or a form: refused
    PASSWORD = "password"  # chosen by a person: refused where it holds what no keyboard types
    MADE_HERE = "made_here"  # the result of another task of this collection: left alone


@dataclasses.dataclass(frozen=True)
class GivenValue:
    """An option with a credential. ``variable`` is where the operator wrote it, for sentences."""

    kind: ValueKind
    variable: str = ""


_AUTH = "'{}' in 'entra_auth' of the roles, or of the variable that stands in for it"
CREDENTIALS: t.Mapping[str, GivenValue] = {
    "auth_client_secret": GivenValue(ValueKind.KEY, _AUTH.format("client_secret")),
    "auth_certificate_password": GivenValue(ValueKind.PASSWORD, _AUTH.format("certificate_password")),
    "auth_access_token": GivenValue(ValueKind.TOKEN, _AUTH.format("access_token")),
    "provisioning_key": GivenValue(ValueKind.KEY, "'workspace365_provisioning_key' of the role, or the host's entry in 'workspace365_provisioning_keys'"),
    "api_token": GivenValue(ValueKind.KEY, "'workato_api_token' of the role, or WORKATO_API_TOKEN in the environment"),
    "client_secret": GivenValue(ValueKind.KEY, "in 'power_platform_try' of the role power_platform"),
    "key": GivenValue(ValueKind.KEY),
    "known_value": GivenValue(ValueKind.KEY),
    "certificate_content": GivenValue(ValueKind.DOCUMENT),
    "private_key_content": GivenValue(ValueKind.DOCUMENT),
    "private_key_password": GivenValue(ValueKind.PASSWORD),
    "certificate_password": GivenValue(ValueKind.PASSWORD, "in 'power_platform_try' of the role power_platform"),
    "federated_token": GivenValue(ValueKind.TOKEN, "in 'power_platform_try' of the role power_platform"),
    "password": GivenValue(ValueKind.PASSWORD, "in 'power_platform_try' of the role power_platform"),
    "value": GivenValue(ValueKind.MADE_HERE),
    "never_shown": GivenValue(ValueKind.MADE_HERE),
}
# Ids are known by the ends of their names, but for these.
IDS_BY_ANOTHER_NAME = frozenset({"record_on"})
NO_IDS = frozenset({"external_id", "vault_id"})  # names that operators choose

_MARKS = "\ufeff\u200b"  # byte order mark, and the blank without width that web pages leave
_QUOTES = (("'", "'"), ('"', '"'), ("\u2018", "\u2019"), ("\u201c", "\u201d"))


def kind_of(option: str, *, hidden: bool) -> ValueKind | None:
    """What a text option of this name holds; None for an option that is neither a credential nor an id.

    ``hidden`` says that its value is never shown. One that no row knows, of a new connector say, is a key.
    """
    if hidden:
        return CREDENTIALS[option].kind if option in CREDENTIALS else ValueKind.KEY
    if option in IDS_BY_ANOTHER_NAME or (option.endswith(("_id", "_ids")) and option not in NO_IDS):
        return ValueKind.ID
    return None


def usable(kind: ValueKind, value: str, name: str) -> str:
    """The value as it may be used. Raises CredentialError, which never shows it, for one that has to be corrected; ``name`` says which it is ("The ...").

    One of white space alone is left to its reader, who says that it is empty.
    """
    if kind in (ValueKind.ID, ValueKind.TOKEN, ValueKind.DOCUMENT):
        return _bare(value)
    if kind is ValueKind.MADE_HERE or not value.strip():
        return value
    flaw = _flaw_of_key(value) if kind is ValueKind.KEY else _flaw_of_password(value)
    if flaw is None:
        return value
    raise CredentialError(f"The {name} {flaw[0]}.", code="credential_form", advice=flaw[1], outcome="refused")


def usable_options(spec: t.Mapping[str, t.Any], options: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The options of a module with every credential and id as it may be used, those inside of other options too. Raises CredentialError."""
    return {name: _usable_option(name, spec.get(name) or {}, value) for name, value in options.items()}


def _usable_option(name: str, option: t.Mapping[str, t.Any], value: t.Any) -> t.Any:
    inner = option.get("options")
    if inner and isinstance(value, dict):
        return usable_options(inner, value)
    if isinstance(value, list):
        return [_usable_option(name, {**option, "type": option.get("elements")}, one) for one in value]
    kind = kind_of(name, hidden=option.get("no_log") is True)
    if kind is None or not isinstance(value, str) or option.get("type", "str") != "str":
        return value
    variable = CREDENTIALS[name].variable if name in CREDENTIALS else ""
    return usable(kind, value, f"value of '{name}'{f' ({variable})' if variable else ''}")


def _bare(value: str) -> str:
    """Without what stands around it."""
    text = value.strip().strip(_MARKS).strip()
    for left, right in _QUOTES:
        if len(text) > 2 and text.startswith(left) and text.endswith(right):
            return text[1:-1].strip()
    return text


def _flaw_of_key(value: str) -> tuple[str, str] | None:
    if value.strip(_MARKS) != value:
        return "begins with a byte order mark", "Save the file that it comes from without one (UTF-8, no BOM)."
    if value.strip() != value:
        return "begins or ends with white space", "Remove it; a trailing newline is the usual reason."
    if any(len(value) > 2 and value.startswith(left) and value.endswith(right) for left, right in _QUOTES):
        return "stands in quotation marks", "Remove those that belong to the value itself, beside those of YAML."
    if any(not character.isprintable() for character in value):
        return "holds a line break or another control character", "Give the one value and nothing else."
    if not value.isascii():
        return "holds characters that no key has", "Copy it again from where it was made: a program may have changed a dash or a quotation mark."
    return None


def _flaw_of_password(value: str) -> tuple[str, str] | None:
    if value.strip(_MARKS) != value:
        return "begins with a byte order mark", "Save the file that it comes from without one (UTF-8, no BOM)."
    if value.rstrip("\r\n") != value:
        return "ends with a newline", "Remove it; a file or a shell put it there."
    if any(not character.isprintable() for character in value):
        return "holds a line break or another control character", "Give the password and nothing else."
    return None
