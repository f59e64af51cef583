#!/bin/sh
# Health of one container: alive (it answers at all) or ready (it may be used), each for the server or the Sentinel.
# The commands of a probe run without a timeout of their own: what is killed half-way would be left to the server to reap.
. "$(dirname "$0")/cluster.sh"

case $1 in
  server-alive) "$CLI" $CLI_TLS --user "$USER_NAME" -h "$LOCAL" ping | grep -qE 'PONG|LOADING|MASTERDOWN' ;;
  server-ready) "$CLI" $CLI_TLS --user "$USER_NAME" -h "$LOCAL" info replication | grep -qE '^role:master|^master_link_status:up' ;;
  sentinel-alive) "$CLI" $CLI_TLS --user "$USER_NAME" -h "$LOCAL" -p 26379 ping | grep -q PONG ;;
esac
