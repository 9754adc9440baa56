# SPDX-License-Identifier: GPL-3.0-or-later
"""What users and developers read says who acts: "the operator", "another run", "no user". Words for an unknown person leave that open."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("plugins", "roles", "playbooks", "docs", "examples")
PAGES = ("README.md", "CONTRIBUTING.md", "SECURITY.md")
# A line may end inside of "no one".
VAGUE = re.compile(r"\b(somebody|someone|nobody|no\s+one(?!-)|anybody|anyone|whoever)\b", re.IGNORECASE)


def vague(text: str) -> list[str]:
    """The lines of a text that leave open who acts, each as its number and the word."""
    return [f"{text.count(chr(10), 0, match.start()) + 1}: {match[0]}" for match in VAGUE.finditer(text)]


def texts() -> dict[str, str]:
    """Every text file of the collection that is read by people, by its path."""
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8", errors="replace") for path in [*files, *(ROOT / page for page in PAGES)]}


def test_every_sentence_says_who_acts() -> None:
    read = texts()
    assert all(any(file.startswith(f"{folder}/") for file in read) for folder in FOLDERS)
    found = [f"{file}:{line}" for file, text in sorted(read.items()) for line in vague(text)]
    assert not found, "Name who acts, or leave the person out of the sentence:\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Somebody changed it.", ["1: Somebody"]),
        ("msg: sent by someone", ["1: someone"]),
        ("One line,\nnobody's secret", ["2: nobody"]),
        ("Left to no one.", ["1: no one"]),
        ("It is known to no\none.", ["1: no\none"]),
        ("before anybody asks, or anyone", ["1: anybody", "1: anyone"]),
        ("WHOEVER made it", ["1: WHOEVER"]),
        ("everybody, the operator, no user", []),
        ("test_11_only_what_nobody_can_need_is_removed", []),
        ("No one-time code", []),
    ],
)
def test_the_rule_notices_such_a_word(text: str, found: list[str]) -> None:
    assert vague(text) == found
