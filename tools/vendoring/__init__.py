"""Hand the generated package to people who want a copy in their own tree.

    make vendor DEST=../app/src/app/_vendor [NAME=<package>] [FORCE=1]
    make vendor-check DEST=../app/src/app/_vendor

A copy works under any name and at any depth, because the package imports itself only relatively
and otherwise only the standard library, httpx and attrs. It carries the licence, where it came
from, and a record of its files, by which `make vendor-check` tells whether it was edited or is old.

source.py  the package that is handed out: its files, and whether they would work elsewhere
copies.py  copies and their records: make one, find one, compare one
"""

from tools.vendoring.copies import RECORD, check, copy_package, find_copy
from tools.vendoring.source import Source

__all__ = ["RECORD", "Source", "check", "copy_package", "find_copy"]
