#!/usr/bin/env bash
# What a developer waits for: processor time of all processes from `dotnet run` to the first answer, on an empty machine and after a changed
# line. Works on a clone in a temporary folder, with a package cache of its own. Needs Linux with `perf`.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
git clone -q . "$work/clone"
cd "$work/clone"
port=${PORT:-7179}

# Servers of other builds would do work that isn't counted. So the compiler's server is this script's own, and MSBuild's nodes end with each
# build. An environment that turns the server off, as CI often does, would measure a cold compiler for every line changed.
compiler="chat-build-$$"
trap 'pkill -f -- "-pipename:$compiler" || true; rm -rf "$work"' EXIT
export NUGET_PACKAGES="$work/packages" UseSharedCompilation=true SharedCompilationId="$compiler" MSBUILDDISABLENODEREUSE=1 DOTNET_NOLOGO=1

# Of a server that runs already `perf` counts nothing: it isn't a child of the build that uses it.
server_seconds() {
  local pid
  pid=$(pgrep -f -- "-pipename:$compiler" | head -1) || { echo 0; return; }
  awk -v ticks="$(getconf CLK_TCK)" '{ print ($14 + $15) / ticks }' "/proc/$pid/stat"
}

measure() {
  local start=$EPOCHREALTIME first= server
  server=$(server_seconds)
  perf stat -x, -e task-clock -o "$work/cpu" dotnet run --project local -- --in-memory \
    --urls "http://127.0.0.1:$port" --cosmos-port 0 --servicebus-port 0 --signalr-port 0 --blob-port 0 > "$work/output" 2>&1 &
  local run=$!
  until curl -fs -o "$work/answer" "http://127.0.0.1:$port/api/health"; do
    [ -n "$first" ] || { [ -s "$work/output" ] && first=$EPOCHREALTIME; }
    kill -0 $run 2> /dev/null || { cat "$work/output"; exit 1; }
    sleep 0.1
  done
  local end=$EPOCHREALTIME
  # The last child is the host, which ends the rest.
  kill -INT "$(pgrep -f "Chat.Local.*--urls http://127.0.0.1:$port" | tail -1)"
  wait $run || true
  [ "$server" = 0 ] || server=$(bc <<< "$(server_seconds) - $server")
  awk -F, -v name="$1" -v server="$server" -v wall="$(bc <<< "$end - $start")" -v first="$(bc <<< "${first:-$end} - $start")" \
    '/task-clock/ { printf "| %s | %.1f | %.1f | %.1f |\n", name, $1 / 1000 + server, wall, first }' "$work/cpu"
}

echo "| | CPU, s | time, s | first word after, s |"
echo "|---|---:|---:|---:|"
measure "empty machine: \`dotnet run\` to the first answer"
change() { sed -i 's|^namespace Chat.Functions.Messages;|&\n// changed|' functions/Messages/SendMessage.cs; }
change
measure "one line of functions/ changed, the first"
# The compiler's server gets faster with each compilation, as the runtime compiles it; who works has had more than one.
for _ in 1 2 3; do change; dotnet build local > "$work/output"; done
change
measure "one line of functions/ changed, the fifth"
measure "nothing changed"
