"""What PyInstaller has to know: which modules and data files a frozen program needs.

PyInstaller finds this folder by the entry point `pyinstaller40`, and runs the hook in it where a
program imports the package.
"""

from pathlib import Path


def hook_folders() -> list[str]:
    """Return the folders with hooks for PyInstaller."""
    return [str(Path(__file__).parent)]
