"""A place to run commands in."""

from pathlib import Path

import pytest

from tests.ingest.commands.here import Here


@pytest.fixture
def here(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Here:
    return Here(tmp_path, capsys, monkeypatch)
