#!/bin/sh
# A Batch job names a program. A Lambda names a handler, which AWS's own entry point calls.
if [ "$1" = cirrus-loop ]; then
  exec "$@"
fi
exec /lambda-entrypoint.sh "$@"
