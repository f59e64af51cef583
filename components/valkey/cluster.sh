# Sourced by the scripts beside it: the programs of this image, and what the Sentinels of the other pods know.
#
# VALKEY_SELF           host name of this pod, as the others reach it
# VALKEY_PEERS          host names of all pods, separated by blanks; the first begins as master
# VALKEY_PASSWORD       password of servers and Sentinels
# VALKEY_QUORUM         Sentinels that must agree that the master is gone
# VALKEY_MAXMEMORY      bytes of data that a server takes, below its memory limit
# VALKEY_MIN_REPLICAS   replicas that must be in contact for the master to take writes
# VALKEY_DATA_DIR       the volume (/data)
# VALKEY_BIND           address to listen on (all)

DATA_DIR=${VALKEY_DATA_DIR:-/data}
BIND=${VALKEY_BIND:-"* -::*"}
LOCAL=${VALKEY_BIND:-127.0.0.1}
FIRST=${VALKEY_PEERS%% *}
CONFIG_DIR=$DATA_DIR/conf
SENTINEL_CONFIG=$CONFIG_DIR/sentinel.conf

if command -v valkey-server >/dev/null; then
  SERVER=valkey-server CLI=valkey-cli
else
  SERVER=redis-server CLI=redis-cli
fi
export VALKEYCLI_AUTH="$VALKEY_PASSWORD" REDISCLI_AUTH="$VALKEY_PASSWORD"

# The configuration holds the password.
umask 077
mkdir -p "$CONFIG_DIR"

# While a script waits it is the first process of its container, which ignores signals that it does not trap.
trap 'exit 143' TERM

# One question to a server or Sentinel, given up after a second.
ask() { timeout 1 "$CLI" "$@" 2>/dev/null; }

# The master as the first Sentinel of another pod that answers names it; fails when none does.
master_by_other_sentinels() {
  for peer in $VALKEY_PEERS; do
    [ "$peer" = "$VALKEY_SELF" ] && continue
    answer=$(ask -h "$peer" -p 26379 --raw sentinel get-master-addr-by-name main) || continue
    # An error is a sentence without a dot in its first word; a host has one.
    host=${answer%%[!A-Za-z0-9.:-]*}
    case $host in *.*) echo "$host"; return 0 ;; esac
  done
  return 1
}

# The master as the Sentinel of this pod last wrote it to the volume; fails before its first start.
master_by_own_volume() {
  [ -s "$SENTINEL_CONFIG" ] && sed -n 's/^sentinel monitor main \([^ ]*\) .*/\1/p' "$SENTINEL_CONFIG" | grep .
}
