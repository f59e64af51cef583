# Sourced by the scripts beside it: the programs of this image, and what the Sentinels of the other pods know.
#
# VALKEY_SELF           host name of this pod, as the others reach it
# VALKEY_PEERS          host names of all pods, separated by blanks; the first begins as master
# VALKEY_PASSWORD       password of the user `internal`, as which pods speak to each other
# VALKEY_ACCESS_LIST    who may do what on the server or Sentinel of this container, with hashes of all passwords
# VALKEY_QUORUM         Sentinels that must agree that the master is gone
# VALKEY_MAXMEMORY      bytes of data that a server takes, below its memory limit
# VALKEY_MIN_REPLICAS   replicas that must be in contact for the master to take writes
# VALKEY_DATA_DIR       the volume (/data)
# VALKEY_TLS_DIR        folder with tls.crt, tls.key and ca.crt; without it nothing is encrypted
# VALKEY_BIND           address to listen on (all)

DATA_DIR=${VALKEY_DATA_DIR:-/data}
BIND=${VALKEY_BIND:-"* -::*"}
LOCAL=${VALKEY_BIND:-127.0.0.1}
FIRST=${VALKEY_PEERS%% *}
USER_NAME=internal
CONFIG_DIR=$DATA_DIR/conf
SENTINEL_CONFIG=$CONFIG_DIR/sentinel.conf

if command -v valkey-server >/dev/null; then
  SERVER=valkey-server CLI=valkey-cli
else
  SERVER=redis-server CLI=redis-cli
fi
# Split into words where it is used.
CLI_TLS=${VALKEY_TLS_DIR:+--tls --cacert $VALKEY_TLS_DIR/ca.crt}
export VALKEYCLI_AUTH="$VALKEY_PASSWORD" REDISCLI_AUTH="$VALKEY_PASSWORD"

# The configuration holds the password, and the access list who may do what.
umask 077
mkdir -p "$CONFIG_DIR"

# While a script waits it is the first process of its container, which ignores signals that it does not trap.
trap 'exit 143' TERM

# One question to a server or Sentinel, given up after a second.
ask() { timeout 1 "$CLI" $CLI_TLS --user "$USER_NAME" "$@" 2>/dev/null; }

# Prints the settings of a server or Sentinel that listens on a port, and calls the others, with or without TLS.
port_settings() {
  if [ -z "${VALKEY_TLS_DIR:-}" ]; then
    echo "port $1"
    return
  fi
  cat <<TLS
port 0
tls-port $1
tls-cert-file $VALKEY_TLS_DIR/tls.crt
tls-key-file $VALKEY_TLS_DIR/tls.key
tls-ca-cert-file $VALKEY_TLS_DIR/ca.crt
tls-auth-clients no
tls-replication yes
TLS
}

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
