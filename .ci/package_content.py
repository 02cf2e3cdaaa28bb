"""Checks that wheels and source distributions contain exactly the files that git tracks."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path


def tracked(*folders: str) -> set[str]:
    """The tracked files in these folders of the repository; all files if none is named."""
    listed = subprocess.run(["git", "ls-files", "-z", "--", *folders], check=True, capture_output=True, text=True)
    return set(filter(None, listed.stdout.split("\0")))


def expected_in_wheel() -> set[str]:
    """The files of the package, with grammars/ inside it."""
    return tracked("lyncphone_logs") | {f"lyncphone_logs/{path}" for path in tracked("grammars")}


def differences(path: Path) -> list[str]:
    """One line for each file that is missing from an archive, or in it without being tracked."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            names = {name for name in wheel.namelist() if ".dist-info/" not in name}
        expected = expected_in_wheel()
    else:
        with tarfile.open(path) as archive:
            names = {name.partition("/")[2] for name in archive.getnames()} - {"PKG-INFO"}
        expected = tracked()
    missing = [f"{path.name} lacks {name}" for name in sorted(expected - names)]
    return missing + [f"{path.name} has {name}, which is not tracked" for name in sorted(names - expected)]


if __name__ == "__main__":
    found = [line for path in sys.argv[1:] for line in differences(Path(path))]
    print("\n".join(found) or f"{len(sys.argv) - 1} archives contain what git tracks")
    sys.exit(bool(found))
