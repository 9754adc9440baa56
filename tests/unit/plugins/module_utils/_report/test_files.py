# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that appear whole or not at all."""

from __future__ import annotations

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._report import files


def test_a_file_is_replaced_and_nothing_stays_beside_it(tmp_path):
    path = tmp_path / "a" / "b.txt"
    assert files.read_text(str(path)) is None
    for text in ("one", "zwei ü"):
        files.write_whole(str(path), text)
        assert files.read_text(str(path)) == text
    assert list(path.parent.iterdir()) == [path]


def test_what_was_there_stays_when_the_new_one_cannot_be_put_there(tmp_path):
    (tmp_path / "x" / "y").mkdir(parents=True)
    with pytest.raises(OSError):
        files.write_whole(str(tmp_path / "x"), "text")
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_a_file_that_cannot_be_made_leaves_nothing(tmp_path):
    with pytest.raises(OSError):
        files.write_whole(str(tmp_path / ("n" * 300)), "text")
    assert list(tmp_path.iterdir()) == []
