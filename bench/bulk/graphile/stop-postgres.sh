#!/bin/sh
# Stops the PostgreSQL that start-postgres.sh started in the folder $1.
bin=$(dirname "$(ls /usr/lib/postgresql/*/bin/pg_ctl | tail -1)")
as=""
if [ "$(id -u)" = 0 ]; then as="runuser -u postgres --"; fi
$as "$bin/pg_ctl" -D "$1/data" stop -m fast >/dev/null
