"""The class path of Apache Kafka: resolved once by Maven from kafka-pom.xml, then remembered."""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

from clavis_testkit.launchers.process import LauncherError

_POM = Path(__file__).with_name("kafka-pom.xml")
_OLDEST_JAVA = 17
_RESOLVE_SECONDS = 600


def missing() -> str | None:
    """Why Apache Kafka cannot run here, as the end of a sentence; None when it can."""
    if shutil.which("java") is None:
        return "java is not on PATH"
    version = _java_version()
    if version < _OLDEST_JAVA:
        return f"java is version {version}, Apache Kafka needs {_OLDEST_JAVA}"
    if shutil.which("mvn") is None and _remembered() is None:
        return "mvn is not on PATH"
    return None


def classpath() -> str:
    """Return the jars, joined for `java -cp`. Errors: LauncherError."""
    reason = missing()
    if reason is not None:
        raise LauncherError(f"Apache Kafka cannot run: {reason}")
    return _remembered() or _resolve()


def _memory() -> Path:
    """Name the file that keeps the resolved class path of this very pom."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    digest = hashlib.sha256(_POM.read_bytes()).hexdigest()[:16]
    return Path(cache) / "clavis" / f"kafka-classpath-{digest}"


def _remembered() -> str | None:
    try:
        path = _memory().read_text()
    except OSError:
        return None
    jars = path.split(os.pathsep)
    return path if jars and all(Path(jar).exists() for jar in jars) else None


def _resolve() -> str:
    memory = _memory()
    memory.parent.mkdir(parents=True, exist_ok=True)
    # Maven's store of jars is not made for two that fill it at once: the second finds it done.
    with memory.with_name(f"{memory.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _remembered() or _ask_maven(memory)


def _ask_maven(memory: Path) -> str:
    answer = memory.with_name(f"{memory.name}.{os.getpid()}")
    command = ["mvn", "--batch-mode", "--quiet", "--file", str(_POM)]
    command += ["dependency:build-classpath", f"-Dmdep.outputFile={answer}"]
    try:
        subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=_RESOLVE_SECONDS
        )
    except subprocess.CalledProcessError as error:
        said = next((line for line in error.stdout.splitlines() if "ERROR" in line), "no output")
        raise LauncherError(f"Maven cannot resolve Apache Kafka: {said}") from error
    except subprocess.TimeoutExpired as error:
        raise LauncherError("Maven did not resolve Apache Kafka in ten minutes") from error
    answer.replace(memory)
    return memory.read_text()


def _java_version() -> int:
    """Return the major version of the java on PATH, 0 when it does not say."""
    said = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', said)
    return int(found.group(1)) if found else 0
