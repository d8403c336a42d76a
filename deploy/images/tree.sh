#!/bin/sh
# Copies what one image holds: the libraries, and one service or the demo's own processes.
# tree.sh SERVICE CHECKOUT TARGET
set -eu
service=$1
checkout=$2
target=$3

mkdir -p "$target/libs/kit" "$target/libs/events" "$target/libs/certificates" \
    "$target/libs/resource_server"
cp -r "$checkout/libs/kit/src" "$target/libs/kit/src"
cp -r "$checkout/libs/events/src" "$target/libs/events/src"
cp -r "$checkout/libs/certificates/src" "$target/libs/certificates/src"
cp -r "$checkout/libs/resource_server/src" "$target/libs/resource_server/src"
if [ "$service" = dev ]; then
    mkdir -p "$target/libs/testkit"
    cp -r "$checkout/libs/testkit/src" "$target/libs/testkit/src"
    cp -r "$checkout/dev" "$target/dev"
    rm -rf "$target/dev/tests"
else
    mkdir -p "$target/services/$service"
    cp -r "$checkout/services/$service/src" "$target/services/$service/src"
    cp -r "$checkout/services/$service/migrations" "$target/services/$service/migrations"
fi
find "$target" -name __pycache__ -type d -prune -exec rm -rf {} +
"${PYTHON:-/opt/venv/bin/python}" -m compileall -q "$target"
