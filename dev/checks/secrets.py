"""No secret and no address of a build machine in what git tracks."""

import re
import subprocess
import sys
from pathlib import Path

from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import transient_settings

ROOT = Path(__file__).resolve().parents[2]
# Detectors of keys and tokens by their form. Entropy detectors are left out: hashes of packages
# and vectors of tests look like secrets to them.
PLUGINS = [
    {"name": name}
    for name in (
        "AWSKeyDetector", "BasicAuthDetector", "GitHubTokenDetector", "GitLabTokenDetector",
        "JwtTokenDetector", "NpmDetector", "PrivateKeyDetector", "PypiTokenDetector",
        "SlackDetector", "StripeDetector", "TwilioKeyDetector",
    )
]  # fmt: skip
NAMES_AN_INDEX = re.compile(r"^--(index-url|extra-index-url|find-links|trusted-host)", re.MULTILINE)


def tracked() -> list[str]:
    """List the files git tracks."""
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [name for name in listing.stdout.split("\0") if name]


def findings(names: list[str]) -> list[str]:
    """Return one line per finding."""
    secrets = SecretsCollection(root=str(ROOT))
    with transient_settings({"plugins_used": PLUGINS}):
        for name in names:
            if "/tests/" not in f"/{name}" and (ROOT / name).is_file():
                secrets.scan_file(name)
    found = [f"{name}: {secret.type} in line {secret.line_number}" for name, secret in secrets]
    for name in names:
        path = ROOT / name
        if path.name.endswith(".lock") and NAMES_AN_INDEX.search(path.read_text()):
            found.append(f"{name}: names a package index")
        if path.name == "package-lock.json" and '"resolved"' in path.read_text():
            found.append(f"{name}: names a package registry")
    return found


def main() -> int:
    """Scan; print what was found."""
    found = findings(tracked())
    sys.stdout.writelines(f"{line}\n" for line in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
