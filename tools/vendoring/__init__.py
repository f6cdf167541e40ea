"""Hand the generated package to people who want a copy in their own tree.

    make vendor DEST=../app/src/app/_vendor [NAME=<package>] [HTTP=httpx2] [FORCE=1]
    make vendor-check DEST=../app [JSON=1]

A copy works under any name and at any depth, because the package imports itself only relatively
and otherwise only the standard library, attrs and one HTTP library. It carries the licence, a page
that says how to use it, the document it is made from, and a record of its files, by which it is
found, compared and brought up to date.

source.py      what is handed out: the package, generated anew, and whether it works elsewhere
record.py      what a copy says that it was made from, and how it differs
comparison.py  find copies and compare them
copies.py      make a copy, or bring one up to date
merge.py       local edits: what they were made on, and what they become
README.md      the page that goes along
"""

from tools.vendoring.comparison import Comparison, check
from tools.vendoring.copies import copy_package, place
from tools.vendoring.record import RECORD, Record
from tools.vendoring.source import Source

__all__ = ["RECORD", "Comparison", "Record", "Source", "check", "copy_package", "place"]
