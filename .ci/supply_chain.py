"""Writes the bill of materials of an environment (CycloneDX) and the list of its licences, and checks both.

    python .ci/supply_chain.py ENVIRONMENT FOLDER

ENVIRONMENT is a virtual environment in which the wheel is installed without extras. FOLDER gets `sbom.cdx.json` and
`licences.md`. The exit code is 1 if there are more than MAX_PACKAGES, if a package states no licence, or one that is
not in LICENCES.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

MAX_PACKAGES = 25
"""Packages of an installation without extras, with lyncphone-logs itself."""
LICENCES = ("MIT", "BSD", "Apache", "ISC", "PSF", "Python", "0BSD", "Zlib", "CC0", "MPL", "CNRI")
"""What licences may contain, in SPDX names, trove classifiers or words. No GPL is among them."""
TOOLS = {"pip", "setuptools", "wheel"}
"""What a virtual environment has without any installation."""


def bill_of(environment: Path) -> dict[str, Any]:
    """The bill of materials, without time and serial number: the same environment gives the same text."""
    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible", "--of", "JSON"]
    done = subprocess.run([*command, str(environment)], check=True, capture_output=True, text=True, encoding="utf-8")
    found: dict[str, Any] = json.loads(done.stdout)
    found["components"] = [each for each in found["components"] if each["name"] not in TOOLS]
    for each in found["components"]:  # The wheel was installed from a file whose path concerns nobody.
        references = each.pop("externalReferences", [])
        each["externalReferences"] = [link for link in references if not link["url"].startswith("file:")]
    names = {each["bom-ref"] for each in found["components"]}
    found["dependencies"] = [each for each in found.get("dependencies", []) if each["ref"] in names]
    return found


def licences_of(component: dict[str, Any]) -> str:
    """The licences of a package as its metadata states them."""
    stated = []
    for each in component.get("licenses", []):
        licence = each.get("license", {})
        stated.append(each.get("expression") or licence.get("id") or licence.get("name", "").partition("\n")[0])
    return ", ".join(dict.fromkeys(filter(None, stated)))


def problems(rows: list[tuple[str, str, str]]) -> list[str]:
    """One sentence for each thing that the promise excludes."""
    found = [f"{len(rows)} packages, at most {MAX_PACKAGES} are promised"] if len(rows) > MAX_PACKAGES else []
    for name, _, licence in rows:
        if "GPL" in licence or not any(known in licence for known in LICENCES):
            found.append(f"{name} has the licence {licence or 'that it does not state'}")
    return found


def main(environment: Path, folder: Path) -> int:
    """Write both files; print the table and the problems."""
    bill = bill_of(environment)
    rows = sorted((each["name"], each.get("version", ""), licences_of(each)) for each in bill["components"])
    table = ["| package | version | licence |", "|---|---|---|", *(f"| {' | '.join(row)} |" for row in rows)]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sbom.cdx.json").write_text(json.dumps(bill, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    (folder / "licences.md").write_text("\n".join([*table, ""]), encoding="utf-8")
    found = problems(rows)
    print("\n".join([*table, f"{len(rows)} packages in an installation without extras", *found]))
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
