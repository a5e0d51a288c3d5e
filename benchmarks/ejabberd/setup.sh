#!/usr/bin/env bash
# Runs Debian's ejabberd in the foreground, with all its data in DIRECTORY: loopback only, no TLS, every message archived in SQLite.
# Prints the address once it listens. The process that it becomes is the server: end it by its id. Installs it when it isn't there, as root.
set -euo pipefail
directory=$(realpath "${1:?Usage: setup.sh DIRECTORY}")

if ! { command -v ejabberdctl && command -v sqlite3; } > /dev/null; then
  # The run level keeps the package from starting a service.
  { apt-get update -qq && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ejabberd erlang-p1-sqlite3 sqlite3; } > /dev/null
fi

port=$(shuf -i 20000-30000 -n 1)
sqlite3 "$directory/archive.db" "PRAGMA journal_mode = WAL" ".read /usr/share/ejabberd/sql/lite.sql" > /dev/null
cat > "$directory/ejabberd.yml" << END
hosts: [localhost]
loglevel: error
listen:
  - {ip: "127.0.0.1", port: $port, module: ejabberd_c2s, shaper: none, access: all, max_stanza_size: 262144}
auth_method: internal
auth_password_format: plain
registration_timeout: infinity
sql_type: sqlite
sql_database: "$directory/archive.db"
default_db: mnesia
modules:
  mod_disco: {}
  mod_register: {access: all, ip_access: all}
  mod_mam: {db_type: sql, default: always, assume_mam_usage: true}
  mod_muc:
    access_create: all
    history_size: 0
    max_users: 1000
    min_message_interval: 0
    min_presence_interval: 0
    default_room_options: {mam: true, anonymous: false, public: false, max_users: 1000, presence_broadcast: []}
END

export EJABBERD_CONFIG_PATH="$directory/ejabberd.yml" EJABBERD_LOG_PATH="$directory/ejabberd.log" ERL_CRASH_DUMP="$directory/crash.dump"
export ERL_INETRC=/etc/ejabberd/inetrc ERL_LIBS=/usr/lib/x86_64-linux-gnu ERL_MAX_PORTS=32000 HOME="$directory"

# Says so from a shell of its own, as this one becomes the server.
(
  for _ in {1..300}; do
    if (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; then
      echo "Listening tcp://127.0.0.1:$port"
      break
    fi
    sleep 0.1
  done
) &
exec erl +K true +P 250000 -noinput -mnesia dir "\"$directory/mnesia\"" -s ejabberd
