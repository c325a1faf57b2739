"""Looks at what is shipped: known vulnerabilities, licenses, and the list of all of it (SBOM)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click

from release.places import DIST, INSTALLED, LOCK, ROOT, TOOLS, TOOLS_LOCK, environment, run

# Each by the words that its package states; all of them let a service be run, changed and passed on.
ALLOWED = (
    "MIT", "BSD", "Apache", "ISC", "PSF", "Python Software Foundation", "MPL", "Mozilla Public License", "Unlicense",
    "CC0", "Zlib", "CNRI-Python",
)  # fmt: skip
NO_ANSWER = ("ConnectionError", "Failed to resolve", "Max retries", "ServiceError", "timed out", "ConnectTimeout")
NOT_THERE = "Dependency not found on PyPI"


@click.group()
def main() -> None:
    """Look at the packages of requirements.lock."""


@main.command()
@click.option("--offline-ok", is_flag=True, help="Go on, and say so, where no vulnerability database can be reached.")
def audit(offline_ok: bool) -> None:
    """Ask for known vulnerabilities, then check the licenses; exit 1 where anything is found."""
    tools = environment(TOOLS, TOOLS_LOCK)
    answered = _vulnerabilities(tools.with_name("pip-audit"))
    _licenses(tools.with_name("pip-licenses"))
    if not answered:
        print("NOT CHECKED for known vulnerabilities: no database of them can be reached from here.")
        sys.exit(0 if offline_ok else 1)


def _vulnerabilities(pip_audit: Path) -> bool:
    """Ask each database until one answers; return whether one did, and stop where it knows of a vulnerability."""
    for service in ("pypi", "osv"):
        command = [pip_audit, "--strict", "--vulnerability-service", service, "--progress-spinner", "off"]
        command += ["--disable-pip", "--require-hashes", "--requirement", LOCK]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            print(f"no known vulnerability in the releases of {LOCK.name} ({service})")
            return True
        said = done.stdout + done.stderr
        if NOT_THERE not in said and not any(sign in said for sign in NO_ANSWER):
            sys.exit(f"{done.stdout}{done.stderr}\nUpdate what is named: CONTRIBUTING.md, Refreshing the pins.")
    return False


def _licenses(pip_licenses: Path) -> None:
    python = environment(INSTALLED, LOCK)
    told = run(pip_licenses, "--python", python, "--format=csv", "--partial-match", f"--allow-only={';'.join(ALLOWED)}")
    print(f"{len(told.splitlines()) - 1} packages, each under one of: {', '.join(ALLOWED)}")


@main.command()
def sbom() -> None:
    """Write dist/sbom.json (CycloneDX): every package of an installation, with version, license and what needs it."""
    cyclonedx, python = environment(TOOLS, TOOLS_LOCK).with_name("cyclonedx-py"), environment(INSTALLED, LOCK)
    DIST.mkdir(exist_ok=True)
    target = DIST / "sbom.json"
    how = (
        "--output-reproducible",
        "--mc-type",
        "application",
        "--pyproject",
        "pyproject.toml",
        "--output-file",
        target,
    )
    run(cyclonedx, "environment", *how, python)
    print(f"{target.relative_to(ROOT)}: {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
