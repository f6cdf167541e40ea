#!/bin/sh
# The hook of .pre-commit-hooks.yaml: compare the copies in the folder given, or below this one.
DEST=$(cd "${1:-.}" && pwd) exec make --silent --directory "$(dirname "$0")/../.." vendor-check
