"""Static files are collected when one has changed, and only then."""

import os
from pathlib import Path

import pytest

from kini.web import static_build


@pytest.fixture
def style(settings, tmp_path) -> Path:
    source = tmp_path / "source"
    source.mkdir()
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "kini.web.static_build.StaticStorage"}}
    path = source / "style.css"
    path.write_text("body { margin: 0 }")
    return path


def served(settings) -> set[str]:
    return {path.read_text() for path in Path(settings.STATIC_ROOT).glob("style.*.css")}


def test_what_has_not_changed_is_not_collected_again(style, settings):
    assert static_build.collect_if_changed() is True
    assert served(settings) == {"body { margin: 0 }"}
    assert static_build.collect_if_changed() is False


def test_a_changed_file_is_collected(style, settings):
    static_build.collect_if_changed()
    style.write_text("body { margin: 1px }")
    os.utime(style, (1, 1))
    assert static_build.collect_if_changed() is True
    assert "body { margin: 1px }" in served(settings)


def test_after_a_crash_in_the_middle_everything_is_collected(style, settings, monkeypatch):
    static_build.collect_if_changed()
    style.write_text("body { margin: 2px }")
    monkeypatch.setattr(static_build, "call_command", lambda *args, **options: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        static_build.collect_if_changed()
    monkeypatch.undo()
    assert static_build.collect_if_changed() is True
    assert "body { margin: 2px }" in served(settings)
