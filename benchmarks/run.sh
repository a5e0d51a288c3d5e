#!/usr/bin/env bash
# Repeats what docs/performance.md says, into docs/performance/: about an hour, and half an hour of soak at the
# end unless --no-soak is given. Arguments go to Chat.Load after these, such as --seconds 2. Needs Linux; `perf` for the profile; root on
# Debian for ejabberd unless it is installed.
set -euo pipefail
cd "$(dirname "$0")/.."

for project in local benchmarks/Chat.Floor benchmarks/Chat.Load benchmarks/Chat.Micro; do
  dotnet build "$project" -c Release -v quiet -nologo
done
artifacts=$(mktemp -d)
trap 'rm -rf "$artifacts"' EXIT
dotnet benchmarks/Chat.Micro/bin/Release/net10.0/Chat.Micro.dll --filter '*' --artifacts "$artifacts"
mkdir -p docs/performance
cp "$artifacts"/results/*-report-github.md docs/performance/micro.md
dotnet benchmarks/Chat.Load/bin/Release/net10.0/Chat.Load.dll all --floor --ejabberd --history 1000000 --kept 2000000 --minutes 30 --out docs/performance "$@"
