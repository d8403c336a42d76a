"""What an image holds is enough to run its service: shown without building one."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dev.layout import ROOT
from dev.services import CORE, SERVICES, Service

DOCKERFILE = (ROOT / "deploy" / "images" / "Dockerfile").read_text()
IMAGES = ("registry", "pin", "permanent", "signing", "gateway", "dev")


def _image_of(service: Service) -> str:
    return service.module.removeprefix("clavis_").split(".")[0]


def _tree(tmp_path: Path, image: str) -> Path:
    """Copy what the image's build copies."""
    target = tmp_path / "app"
    subprocess.run(
        ["sh", str(ROOT / "deploy" / "images" / "tree.sh"), image, str(ROOT), str(target)],
        check=True,
        env={**os.environ, "PYTHON": sys.executable},
    )
    return target


def _python(app: Path, image: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    (path,) = re.findall(r"PYTHONPATH=(\S+)", DOCKERFILE)
    path = path.replace("${SERVICE}", image).replace("/app", str(app))
    # -S and a bare environment keep the checkout itself out of the search path.
    packages = next(p for p in sys.path if p.endswith("site-packages"))
    return subprocess.run(
        [sys.executable, "-S", *arguments],
        cwd=app,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{path}:{packages}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_holds_its_own_service_and_no_other(tmp_path: Path, image: str) -> None:
    app = _tree(tmp_path, image)
    held = {path.parent.name for path in app.glob("services/*/src")}
    assert held == (set() if image == "dev" else {image})
    assert (app / "dev").exists() is (image == "dev")
    assert not list(app.rglob("tests"))


@pytest.mark.parametrize("service", CORE, ids=lambda service: service.name)
def test_a_service_finds_its_code_and_its_migrations(tmp_path: Path, service: Service) -> None:
    app = _tree(tmp_path, service.name)
    found = _python(
        app,
        service.name,
        "-c",
        f"import {service.module}.__main__ as m; from pathlib import Path; "
        "root = Path(m.__file__).parents[2]; print(len(list((root / 'migrations').glob('*.sql'))))",
    )
    assert found.returncode == 0, found.stderr
    assert int(found.stdout) > 0


@pytest.mark.parametrize(
    "service",
    [s for s in SERVICES if s.module.startswith("dev.")],
    ids=lambda service: service.name,
)
def test_the_demos_own_processes_find_what_they_import(tmp_path: Path, service: Service) -> None:
    app = _tree(tmp_path, _image_of(service))
    done = _python(app, "dev", "-c", f"import {service.module} as m; print(m.__file__)")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(app))
