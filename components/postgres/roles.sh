#!/bin/sh
# Prints the SQL that makes the roles as they are wanted. It may run on every start, also after one that was cut off.
#
# $1   the folder with the passwords: one file per login role, `app_<generation>`, and `exporter`
#
# Passwords are read by psql itself: none stands in a command line.
set -eu
CREDENTIALS=$1

cat <<'SQL'
BEGIN;
SELECT format('CREATE ROLE %I', wanted) FROM unnest(ARRAY['app', 'exporter']) AS wanted
  WHERE wanted NOT IN (SELECT rolname FROM pg_roles) \gexec
ALTER ROLE app NOLOGIN;
ALTER ROLE exporter NOLOGIN PASSWORD NULL;
GRANT pg_monitor TO exporter;
CREATE TEMPORARY TABLE accepted (role name) ON COMMIT DROP;
SQL

for file in "$CREDENTIALS"/app_*; do
  [ -s "$file" ] || { echo "There is no password in $file." >&2; exit 1; }
  printf '\\set role %s\n\\set password `cat "%s"`\n' "${file##*/}" "$file"
  cat <<'SQL'
SELECT format('CREATE ROLE %I', :'role') WHERE :'role' NOT IN (SELECT rolname FROM pg_roles) \gexec
ALTER ROLE :"role" LOGIN PASSWORD :'password';
GRANT app TO :"role";
-- What a generation makes belongs to all of them.
ALTER ROLE :"role" SET role = 'app';
INSERT INTO accepted VALUES (:'role');
SQL
done

if [ -s "$CREDENTIALS/exporter" ]; then
  printf '\\set password `cat "%s"`\n' "$CREDENTIALS/exporter"
  echo "ALTER ROLE exporter LOGIN PASSWORD :'password';"
fi

# A retired generation is shut out, not dropped: a role that still owns something cannot be.
cat <<'SQL'
SELECT format('ALTER ROLE %I NOLOGIN PASSWORD NULL', rolname) FROM pg_roles
  WHERE rolname ~ '^app_[0-9]+$' AND rolname NOT IN (SELECT role FROM accepted) \gexec
COMMIT;
SELECT 'CREATE DATABASE app OWNER app' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'app') \gexec
REVOKE ALL ON DATABASE app FROM PUBLIC;
GRANT CONNECT ON DATABASE app TO exporter;
SQL
