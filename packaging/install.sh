#!/bin/sh
# Installs Visavis from this bundle into a new folder; nothing is fetched. Usage: sh install.sh /opt/visavis  [PYTHON=python3.11 before it]
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
target=${1:-}
python=${PYTHON:-python3}

if [ -z "$target" ]; then
    echo "usage: sh install.sh FOLDER" >&2
    exit 2
fi
if [ -e "$target" ]; then
    echo "$target is there already: remove it, or name another folder" >&2
    exit 2
fi

(cd "$here" && sha256sum --check --strict --quiet SHA256SUMS) || {
    echo "the bundle is not as it was made: copy it again" >&2
    exit 1
}

own=$("$python" -c 'import platform, sys; print(f"python{sys.version_info.major}.{sys.version_info.minor}", platform.system(), platform.machine())')
if [ "$own" != "$(cat "$here/FITS")" ]; then
    echo "this bundle is for $(cat "$here/FITS"), and here is $own: name another Python (PYTHON=...), or make the bundle on a machine like this one" >&2
    exit 1
fi

"$python" -m venv "$target"
"$target/bin/python" -m pip install --quiet --disable-pip-version-check --no-index --find-links "$here/wheels" --require-hashes \
    -r "$here/requirements-extras.txt"
"$target/bin/python" -m pip install --quiet --disable-pip-version-check --no-index --no-deps "$here"/wheels/visavis-*.whl
"$target/bin/visavis" packs list
echo "Installed: $target/bin/visavis"
