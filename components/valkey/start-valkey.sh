#!/bin/sh
# Starts the server of this pod as master or replica, whichever the Sentinels say it is.
set -eu
. "$(dirname "$0")/cluster.sh"

STARTED=$DATA_DIR/conf/started

# A master that comes back waits this long: by then the Sentinels have failed over to a replica, which has every
# write that was acknowledged in the last second; or they have not noticed, and it may go on.
SECONDS_TO_FAIL_OVER=6
SECONDS_TO_ASK=10

# Tells the first other Sentinel that will to fail over now. Sentinels do so by themselves, but the one that led the last
# failover may still be waiting for this very pod to come back as the new master, for ever, and vote for nobody meanwhile.
demand_failover() {
  for peer in $VALKEY_PEERS; do
    [ "$peer" = "$VALKEY_SELF" ] && continue
    [ "$(ask -h "$peer" -p 26379 --raw sentinel failover main)" = OK ] && return
  done
}

# Prints the host of the master.
choose_master() {
  named=
  second=0
  while [ $second -lt $SECONDS_TO_ASK ]; do
    named=$(master_by_other_sentinels || true)
    if [ -z "$named" ]; then
      # Nobody knows a master and this volume is new: the first start of all.
      [ ! -e "$STARTED" ] && [ "$VALKEY_SELF" = "$FIRST" ] && [ $second -ge 2 ] && { echo "$FIRST"; return; }
    elif [ "$named" != "$VALKEY_SELF" ]; then
      echo "$named"
      return
    elif [ -e "$STARTED" ] && [ $second -ge $SECONDS_TO_FAIL_OVER ]; then
      echo "$VALKEY_SELF"
      return
    fi
    second=$((second + 1))
    sleep 1
  done
  if [ -n "$named" ]; then
    echo "The Sentinels name this pod as master, but its volume is empty: starting would erase the replicas." >&2
    demand_failover
    return 1
  fi
  master_by_own_volume || echo "$FIRST"
}

master=$(choose_master)
touch "$STARTED"
echo "Starting $SERVER as $VALKEY_SELF; the master is $master."

access_list=$CONFIG_DIR/valkey.acl
echo "$VALKEY_ACCESS_LIST" >"$access_list"
config=$CONFIG_DIR/valkey.conf
cat >"$config" <<CONFIG
$(port_settings 6379)
bind $BIND
protected-mode no
dir $DATA_DIR
aclfile $access_list
masteruser $USER_NAME
masterauth $VALKEY_PASSWORD
appendonly yes
appendfsync everysec
save 900 1 300 10 60 10000
maxmemory $VALKEY_MAXMEMORY
maxmemory-policy noeviction
replica-announce-ip $VALKEY_SELF
replica-announce-port 6379
min-replicas-to-write $VALKEY_MIN_REPLICAS
min-replicas-max-lag 3
repl-ping-replica-period 1
repl-timeout 5
repl-diskless-sync-delay 0
CONFIG
[ "$master" = "$VALKEY_SELF" ] || echo "replicaof $master 6379" >>"$config"

exec "$SERVER" "$config"
