#!/bin/sh
# What job definitions of older projects call cirrus-batch.
exec "$(dirname "$0")/cirrus-batch" "$@"
