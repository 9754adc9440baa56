# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands where a credential's file should be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._sinks.vault_file_io import FileError, PrivateFile


def test_a_file_is_read_with_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "workato.yml"
    assert PrivateFile(str(path)).read() is None
    path.write_bytes(b"content")
    path.chmod(0o640)
    assert PrivateFile(str(path)).read() == (b"content", 0o640)


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo], ids=["directory", "pipe"])
def test_what_is_no_file_is_a_sentence(tmp_path: Path, make) -> None:
    path = tmp_path / "workato.yml"
    make(path)
    with pytest.raises(FileError, match=r"workato.yml is no file"):
        PrivateFile(str(path)).read()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("content")
    path = tmp_path / "workato.yml"
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileError, match=r"workato.yml"):
        PrivateFile(str(path)).read()
