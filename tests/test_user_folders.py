"""The user's folders on each platform; a convention that gives no absolute path gives none."""

import sys
from pathlib import Path

import pytest

from lyncphone_logs.user_folders import cache_folder, settings_folder

VARIABLES = ("LOCALAPPDATA", "APPDATA", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")


@pytest.mark.parametrize(
    ("platform", "variables", "cache", "settings"),
    [
        ("linux", {}, "{home}/.cache/lyncphone-logs", "{home}/.config/lyncphone-logs"),
        ("linux", {"XDG_CACHE_HOME": "/c", "XDG_CONFIG_HOME": "/s"}, "/c/lyncphone-logs", "/s/lyncphone-logs"),
        ("linux", {"XDG_CACHE_HOME": "c", "XDG_CONFIG_HOME": "s"}, "", ""),
        (
            "darwin",
            {},
            "{home}/Library/Caches/lyncphone-logs",
            "{home}/Library/Application Support/lyncphone-logs",
        ),
        (
            "win32",
            {"LOCALAPPDATA": "/local", "APPDATA": "/roaming"},
            "/local/lyncphone-logs",
            "/roaming/lyncphone-logs",
        ),
        ("win32", {}, "", ""),
    ],
)
def test_the_folders_are_those_of_the_platform(
    platform: str,
    variables: dict[str, str],
    cache: str,
    settings: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HOME": str(tmp_path), **variables}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert cache_folder() == cache.format(home=tmp_path)
    assert settings_folder() == settings.format(home=tmp_path)
