#!/bin/sh
# Starts the only server of this volume: makes the database on the first start, the roles on every one.
#
# POSTGRES_VOLUME           the volume; the data has a folder of its own on it
# POSTGRES_CREDENTIALS      folder with the passwords, see roles.sh
# POSTGRES_RUN              folder for what lives as long as the pod
# POSTGRES_TLS              folder with tls.crt and tls.key; a certificate is made when not set
# POSTGRES_HOST             host name in that certificate
# POSTGRES_SHARED_BUFFERS   memory for cached pages
# POSTGRES_LISTEN           address to listen on (all)
# POSTGRES_PORT             port to listen on (5432)
set -eu
DATA=$POSTGRES_VOLUME/data
SETUP=$POSTGRES_RUN/setup

# Keys and sockets are for this user alone.
umask 077
mkdir -p "$SETUP"

# Held as long as any process of this server lives. So nobody else runs on the volume, and a note that an earlier
# container left behind, whose process number may be taken by now, can go.
exec 9>"$POSTGRES_VOLUME/lock"
flock -w 30 9 || { echo "Another server is running on this volume." >&2; exit 1; }
rm -f "$DATA/postmaster.pid"

# Signals reach a first process only if it traps them, and the database is to be left in order.
trap 'pg_ctl -D "$DATA" -m fast stop >/dev/null 2>&1 || true; exit 143' TERM INT

# initdb wants a name for its user. The image brings the library that gives one to a number.
name_user() {
  getent passwd "$(id -u)" >/dev/null && return
  for library in /usr/lib/*/libnss_wrapper.so; do
    [ -e "$library" ] || continue
    echo "postgres:x:$(id -u):$(id -g)::/:/bin/false" >"$POSTGRES_RUN/passwd"
    echo "postgres:x:$(id -g):" >"$POSTGRES_RUN/group"
    export LD_PRELOAD="$library" NSS_WRAPPER_PASSWD="$POSTGRES_RUN/passwd" NSS_WRAPPER_GROUP="$POSTGRES_RUN/group"
  done
}

# A first start that is cut off leaves a folder that nobody takes for the database.
make_database() {
  [ -s "$DATA/PG_VERSION" ] && return
  rm -rf "$DATA.new"
  (
    name_user
    initdb -D "$DATA.new" -U postgres --auth=reject --encoding=UTF8 --locale=C.UTF-8 --data-checksums >/dev/null
  )
  mv "$DATA.new" "$DATA"
  sync "$POSTGRES_VOLUME"
}

# Open to this user alone and only while the roles are made. A failed statement is not logged: it may hold a password.
make_roles() {
  echo "local all postgres trust" >"$POSTGRES_RUN/setup_hba.conf"
  pg_ctl -D "$DATA" -s -w -t 600 start -o "-c listen_addresses= -c unix_socket_directories=$SETUP -c ssl=off \
    -c hba_file=$POSTGRES_RUN/setup_hba.conf -c log_min_error_statement=panic"
  sh "$(dirname "$0")/roles.sh" "$POSTGRES_CREDENTIALS" >"$POSTGRES_RUN/roles.sql"
  psql -X -q -v ON_ERROR_STOP=1 -h "$SETUP" -U postgres -d postgres -f "$POSTGRES_RUN/roles.sql" >/dev/null
  pg_ctl -D "$DATA" -s -w -m fast stop
}

make_certificate() {
  TLS=$POSTGRES_RUN/tls
  mkdir -p "$TLS"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj "/CN=postgres" \
    -addext "subjectAltName=DNS:$POSTGRES_HOST" -keyout "$TLS/tls.key" -out "$TLS/tls.crt" 2>/dev/null
}

make_database
make_roles
TLS=${POSTGRES_TLS:-}
[ -n "$TLS" ] || make_certificate

# TLS for all, each role to the one database; the superuser not at all.
cat >"$POSTGRES_RUN/hba.conf" <<HBA
hostssl app exporter 127.0.0.1/32 scram-sha-256
hostssl app +app all scram-sha-256
HBA

trap - TERM INT
exec postgres -D "$DATA" \
  -c "listen_addresses=${POSTGRES_LISTEN:-*}" \
  -c "port=${POSTGRES_PORT:-5432}" \
  -c "unix_socket_directories=$SETUP" \
  -c "hba_file=$POSTGRES_RUN/hba.conf" \
  -c ssl=on -c "ssl_cert_file=$TLS/tls.crt" -c "ssl_key_file=$TLS/tls.key" -c ssl_min_protocol_version=TLSv1.2 \
  -c password_encryption=scram-sha-256 \
  -c "shared_buffers=$POSTGRES_SHARED_BUFFERS"
