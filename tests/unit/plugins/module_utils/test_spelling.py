# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of variables that are nearly those of a role."""

from __future__ import annotations

import itertools

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._spelling import did_you_mean, edits, misspelt_sentence, spelling, unknown_sentence

KNOWN = frozenset({"workspace365_permissions", "workspace365_environment", "workspace365_provisioning_key", "workspace365_provisioning_keys"})


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("", "", 0),
        ("", "abc", 3),
        ("abc", "", 3),
        ("same", "same", 0),
        ("permision", "permissions", 2),
        ("kitten", "sitting", 3),
        ("ab", "ba", 2),
        ("flaw", "lawn", 2),
    ],
)
def test_edits(one, other, expected):
    there, back = (one, other), (other, one)
    assert edits(*there) == edits(*back) == expected


def test_a_text_is_no_farther_than_over_a_third():
    texts = ["".join(letters) for size in range(4) for letters in itertools.product("ab", repeat=size)]
    assert all(edits(one, two) <= edits(one, three) + edits(three, two) for one in texts for two in texts for three in texts[::3])


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("workspace365_permision", "workspace365_permissions"),
        ("workspace365_enviroment", "workspace365_environment"),
        ("workspace365_provisioning_kye", "workspace365_provisioning_key"),
        ("workspace365_provisioning_keyss", "workspace365_provisioning_keys"),
    ],
)
def test_what_is_nearly_a_known_name_is_misspelt(name, meant):
    found = spelling([name, *KNOWN, "other_permision"], KNOWN, "workspace365_")
    assert (found.misspelt, found.unknown) == ({name: meant}, ())
    assert f"'{name}' (meant is probably '{meant}')" in misspelt_sentence(found.misspelt)


@pytest.mark.parametrize("name", ["workspace365_our_own", "workspace365_perms", "workspace365_"])
def test_other_names_are_unknown(name):
    found = spelling([name], KNOWN, "workspace365_")
    assert (found.misspelt, found.unknown) == ({}, (name,))
    assert name in unknown_sentence(found.unknown, "workspace365_")


def test_nothing_is_said_of_names_that_are_right():
    found = spelling(KNOWN, KNOWN, "workspace365_")
    assert (found.misspelt, found.unknown) == ({}, ())
    assert (misspelt_sentence({}), unknown_sentence((), "workspace365_")) == ("", "")
    assert spelling(["workspace365_x"], (), "workspace365_").unknown == ("workspace365_x",)


def test_did_you_mean():
    assert (did_you_mean([]), did_you_mean(["a"]), did_you_mean(["a", "b"])) == ("", "Did you mean a?", "Did you mean a or b?")
