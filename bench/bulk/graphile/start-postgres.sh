#!/bin/sh
# Starts a PostgreSQL of its own in the folder $1, on a socket there and no port, with its usual durability.
set -e
bin=$(dirname "$(ls /usr/lib/postgresql/*/bin/initdb | tail -1)")
as=""
# It refuses to run as root.
if [ "$(id -u)" = 0 ]; then
  chown postgres "$1"
  as="runuser -u postgres --"
fi
$as "$bin/initdb" -D "$1/data" --auth=trust --username=bench --no-sync >/dev/null
$as "$bin/pg_ctl" -D "$1/data" -w -o "-k $1 -c listen_addresses=''" -l "$1/log" start >/dev/null
