"""requirements-lowest.txt has the lower bounds of pyproject.toml, so that tests show them true."""

import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]


def promised() -> set[str]:
    """Return `name==version` for the lower bound of every package that an installation may need."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    lowest: set[str] = set()
    for text in [*project["dependencies"], *(line for extra in extras for line in extra)]:
        requirement = Requirement(text)
        [bound] = [part.version for part in requirement.specifier if part.operator == ">="]
        lowest.add(f"{requirement.name}=={bound}")
    return lowest


def test_the_lowest_versions_tested_are_the_lowest_promised() -> None:
    # The first paragraph; what follows is brought along by these.
    first, _, _ = (ROOT / "requirements-lowest.txt").read_text(encoding="utf-8").partition("\n\n")
    pins = {line for line in first.splitlines() if not line.startswith("#")}
    assert pins == promised()


def test_a_pre_release_of_httpx_1_is_never_installed() -> None:
    """Refuse 1.0.dev3, which `pip --pre` would take, and which has another interface."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    requirements = {(r := Requirement(text)).name: r for text in project["dependencies"]}
    accepted = requirements["httpx"].specifier
    assert list(accepted.filter(["0.28.1", "1.0.dev3", "1.0"], prereleases=True)) == ["0.28.1"]
