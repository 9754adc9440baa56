# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks for secrets in everything that a run left behind, also in the forms in which they travel."""

from __future__ import annotations

import base64
import dataclasses
import json
import re
import typing as t
from pathlib import Path
from urllib.parse import quote, quote_plus

import ahocorasick

_SHORTEST = 10  # made-up values shorter than that are ordinary words elsewhere
_PIECE = 14  # of a secret that was cut off somewhere
PRIVATE_KEY = "PRIVATE KEY"  # stands in every private key that is written down as text
_CACHE = re.compile(r"^tenantkit-\d+-[0-9A-Za-z-]+$")


def _base64_forms(value: bytes) -> set[bytes]:
    """How a value looks inside a longer text that was encoded, wherever in it the value stands."""
    found = set()
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + value)
        # The first and last characters depend on the neighbours.
        start, end = (0, 2, 3)[before], -4 if (len(value) + before) % 3 else None
        found.add(encoded[start:end])
    return found | {item.replace(b"+", b"-").replace(b"/", b"_") for item in found}


def forms(secret: str) -> set[bytes]:
    """A secret as it is, in a URL, in a form, in JSON, in base64, and its beginning and end."""
    texts = {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}
    found = {text.encode() for text in texts} | _base64_forms(secret.encode())
    if len(secret) >= 2 * _PIECE:
        found |= {secret[-_PIECE:].encode()}
        # All tokens begin alike.
        found |= set() if secret.startswith("eyJ") else {secret[:_PIECE].encode()}
    return found


def private_parts(value: str) -> list[str]:
    """What gives a credential away: the lines that are only in a private key, or else the whole value."""
    if PRIVATE_KEY not in value:
        return [value]
    lines = value[value.index(PRIVATE_KEY) : value.index("-----END")].splitlines()
    # Its first third is the modulus, which the certificate shows too.
    return [line for line in lines[len(lines) // 3 + 1 :] if len(line) > _PIECE]


@dataclasses.dataclass(frozen=True)
class Found:
    """A secret where none may be."""

    secret: str = dataclasses.field(repr=False)
    place: str
    around: str = dataclasses.field(repr=False)

    def __str__(self) -> str:
        return f"{self.secret[:6]}... ({len(self.secret)} characters) in {self.place}: {self.around}"


class Search:
    """Searches texts and folders for secrets."""

    def __init__(self, secrets: t.Iterable[str]) -> None:
        # One pass finds all of them, however many there are. It works on texts; in this encoding each byte is a character.
        self._automaton = ahocorasick.Automaton()
        for secret in {secret for secret in secrets if len(secret) >= _SHORTEST}:
            for form in forms(secret):
                self._automaton.add_word(form.decode("latin-1"), (len(form), secret))
        self._automaton.make_automaton()

    def text(self, place: str, content: str | bytes) -> list[Found]:
        """All secrets in a text."""
        data = content.encode(errors="surrogateescape") if isinstance(content, str) else content
        found = []
        for end, (length, secret) in self._automaton.iter(data.decode("latin-1")):
            start = end + 1 - length
            around = data[max(0, start - 60) : start].decode(errors="replace")
            found.append(Found(secret, place, f"...{around}[{length} bytes]"))
        return found

    def folder(self, root: Path, *, without: t.Container[Path] = ()) -> list[Found]:
        """All secrets in the names and contents of the files below a folder."""
        found = []
        for path in sorted(root.rglob("*")):
            if path in without:
                continue
            found += self.text(f"the name of {path}", str(path))
            if path.is_file() and not path.is_symlink():
                found += self.text(str(path.relative_to(root)), path.read_bytes())
        return found

    def files(self, contents: t.Mapping[Path, bytes]) -> list[Found]:
        """All secrets in files that were read before."""
        return [found for path, data in contents.items() for found in self.text(str(path), data)]


def job_caches(temp: Path) -> list[Path]:
    """The private directories that jobs keep their tokens in."""
    return [path for path in temp.iterdir() if _CACHE.match(path.name)]


def is_in_job_cache(path: Path) -> bool:
    """Whether a file lies in such a directory."""
    return any(_CACHE.match(parent.name) for parent in path.parents)
