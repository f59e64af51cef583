#!/bin/sh
# Starts the Sentinel of this pod. Settings come from the environment at every start; what Sentinel itself has learned
# (its id, epochs, peers, the master) stays on the volume.
set -eu
. "$(dirname "$0")/cluster.sh"

# Prints the host of a master that nobody has written down here yet.
find_master() {
  tries=0
  while [ $tries -lt 3 ]; do
    master_by_other_sentinels && return
    tries=$((tries + 1))
    sleep 1
  done
  echo "$FIRST"
}

if master=$(master_by_own_volume); then
  learned=$(grep -E '^sentinel (myid|current-epoch|(config-epoch|leader-epoch) main) ' "$SENTINEL_CONFIG" || true)
  # Pods that are no more would count for ever among those of whom a majority must agree.
  for peer in $VALKEY_PEERS; do
    learned="$learned
$(grep -E '^sentinel known-(replica|sentinel) main ' "$SENTINEL_CONFIG" | grep -F " $peer " || true)"
  done
else
  learned=
  master=$(find_master)
  # Sentinel gives up on a master that it has never seen.
  until ask -h "$master" ping | grep -q PONG; do
    master=$(master_by_other_sentinels || echo "$master")
    sleep 1
  done
fi

access_list=$CONFIG_DIR/sentinel.acl
echo "$VALKEY_ACCESS_LIST" >"$access_list"
cat >"$SENTINEL_CONFIG.new" <<CONFIG
$(port_settings 26379)
bind $BIND
protected-mode no
dir /tmp
aclfile $access_list
sentinel resolve-hostnames yes
sentinel announce-hostnames yes
sentinel announce-ip $VALKEY_SELF
sentinel announce-port 26379
sentinel monitor main $master 6379 $VALKEY_QUORUM
sentinel auth-user main $USER_NAME
sentinel auth-pass main $VALKEY_PASSWORD
sentinel sentinel-user $USER_NAME
sentinel sentinel-pass $VALKEY_PASSWORD
sentinel down-after-milliseconds main 3000
sentinel failover-timeout main 10000
sentinel parallel-syncs main 1
$learned
CONFIG
mv "$SENTINEL_CONFIG.new" "$SENTINEL_CONFIG"
echo "Starting Sentinel as $VALKEY_SELF; the master is $master."

exec "$SERVER" "$SENTINEL_CONFIG" --sentinel
