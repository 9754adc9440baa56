# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tenants a later run goes on with."""

from __future__ import annotations

from ansible_collections.tenantkit.connectors.plugins.module_utils._fleet.resume import key_of, left_at_begin, left_at_end, text_of

ALL = ["a", "b", "c", "d", "e", "f"]


def test_before_a_wave_it_and_all_behind_it_are_left() -> None:
    assert left_at_begin(ALL, [], ["a"]) == ALL
    assert left_at_begin(ALL, ["a"], ["c", "d"]) == ["a", "c", "d", "e", "f"]
    assert left_at_begin(ALL, [], []) == ALL


def test_after_a_wave_the_failed_and_all_behind_it_are_left() -> None:
    assert left_at_end(ALL, [], ["a"]) == ["b", "c", "d", "e", "f"]
    assert left_at_end(ALL, ["a", "d"], ["c"]) == ["a", "d", "e", "f"]  # the wave's last tenant is no longer in the batch
    assert left_at_end(ALL, ["b"], ["e", "f"]) == ["b"]
    assert left_at_end(ALL, [], []) == ALL


def test_the_figure_is_that_of_the_job() -> None:
    assert (key_of("4711"), key_of(""), key_of("a b"), key_of("x" * 65)) == ("rollout_resume_4711", "rollout_resume", "rollout_resume", "rollout_resume")


def test_the_file_has_a_name_in_each_line() -> None:
    assert (text_of(["a", "b"]), text_of([])) == ("a\nb\n", "!all\n")
