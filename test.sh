#!/usr/bin/env bash
# Tests everything: build gates, formatting, unit, contract and acceptance tests, the clients. The last line is "N passed, N failed".
# Installs what it needs beyond the .NET SDK and Node: the npm packages of the clients, the Bicep compiler and, as root on Debian, Chromium.
set -uo pipefail
cd "$(dirname "$0")"

# One compiler server for all projects: it loads the analyzers once. Some machines of CI turn it off, as it would outlive the build. And no
# profiles: what lives for seconds pays for them and ends before it has any of them.
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 UseSharedCompilation=true DOTNET_TieredPGO=0
results=$(mktemp -d)
trap 'dotnet build-server shutdown --vbcscompiler > /dev/null; rm -rf "$results"' EXIT
passed=0
failed=0

finish() {
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
  exit
}

# A step that isn't a test runner's counts as one test.
step() {
  local name=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
    echo "ok   $name"
  else
    failed=$((failed + 1))
    echo "FAIL $name"
    return 1
  fi
}

install_chromium() {
  command -v chromium > /dev/null && return
  [ "$(id -u)" -eq 0 ] || { echo "The page's test needs Chromium: install the package 'chromium'."; return 1; }
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium > /dev/null
}

npm_packages() {
  for folder in clients tests/Chat.Local.Tests/CosmosDb/node tests/Chat.Local.Tests/ServiceBus/node tests/Chat.Local.Tests/SignalR/node tests/api-lint; do
    (cd "$folder" && npm ci --no-audit --no-fund --silent) || return 1
  done
}

refuses_to_publish_stand_ins() {
  local output
  output=$(dotnet publish functions -c Release --no-build -o "$results/publish" 2>&1) && { echo "It was published."; return 1; }
  grep -q 'ExtensionPackages=true' <<< "$output" || { echo "$output"; return 1; }
}

# What a process in the background wrote and how it ended: ends_well ID LOG
ends_well() {
  local code=0
  wait "$1" || code=$?
  cat "$2"
  return $code
}

# Tests of an npm package, each of which counts: vitest_in FOLDER [OPTION]…
vitest_in() {
  local folder=$1 report="$results/vitest.json" ok total isFine
  shift
  rm -f "$report"
  (cd "$folder" && npx vitest run --reporter=default --reporter=json --outputFile.json="$report" "$@") || true
  if [ ! -f "$report" ]; then
    echo "FAIL $folder's tests did not finish"
    failed=$((failed + 1))
    return
  fi
  read -r ok total isFine < <(node -p "const r = JSON.parse(fs.readFileSync('$report')); [r.numPassedTests, r.numTotalTests, r.success].join(' ')")
  passed=$((passed + ok))
  failed=$((failed + total - ok))
  # A file that can't be loaded has no test that fails.
  [ "$isFine" = true ] || [ "$ok" -lt "$total" ] || { echo "FAIL $folder: not all tests were run"; failed=$((failed + 1)); }
  [ "$total" -gt 0 ] || { echo "FAIL $folder ran no test"; failed=$((failed + 1)); }
}

sdk_and_backend() {
  local url=http://127.0.0.1:7331 host
  Limits__SendsPerMinute=0 Limits__ReactionsPerMinute=0 dotnet local/bin/Debug/net10.0/Chat.Local.dll --in-memory --urls $url \
    --cosmos-port 0 --servicebus-port 0 --signalr-port 7332 > "$results/host.log" 2>&1 &
  host=$!
  for _ in {1..120}; do curl -fsS "$url/api/health" > /dev/null 2>&1 && break; sleep 1; done
  BASE_URL=$url step "the SDK's README works in an empty project" node clients/sdk/scripts/try-package.mjs
  kill "$host" && wait "$host"
}

step "Chromium" install_chromium
step "npm packages" npm_packages
step "broken rules fit the code and docs/local.md" node tests/broken-rules/run.mjs --check
step "API documents" npm run --silent --prefix tests/api-lint lint
step "the SDK builds and is within its size" npm run --silent --prefix clients/sdk build
step "the SDK's tests are typed" npm run --silent --prefix clients/sdk typecheck
SEEDS=5 vitest_in clients/sdk
step "the React hooks build and are within their size" npm run --silent --prefix clients/react build
step "the React hooks' tests are typed" npm run --silent --prefix clients/react typecheck
vitest_in clients/react
step "the page builds and is within its size" npm run --silent --prefix clients/web build
step "the page's code is typed" npm run --silent --prefix clients/web typecheck
vitest_in clients/web
# The compiler of infra/ takes as long as the build, and one processor.
node tests/infra/run.mjs > "$results/infra.log" 2>&1 &
infra=$!
step "build" dotnet build Chat.Functions.sln -v quiet || finish
step "infra/ compiles without a warning and fits the code and the docs" ends_well $infra "$results/infra.log"
# The build has checked the rest.
step "formatting" dotnet format style Chat.Functions.sln --no-restore --verify-no-changes
step "publishing stand-ins is refused" refuses_to_publish_stand_ins
sdk_and_backend

for project in tests/*/*.csproj; do
  name=$(basename "$project" .csproj)
  dotnet test "$project" --no-build --logger "trx;LogFileName=$results/$name.trx" --blame-hang-timeout 5m --results-directory "$results" || true
  if [ -f "$results/$name.trx" ]; then
    counters=$(grep -o '<Counters [^>]*>' "$results/$name.trx")
    ok=$(sed 's/.* passed="\([0-9]*\)".*/\1/' <<< "$counters")
    total=$(sed 's/.* total="\([0-9]*\)".*/\1/' <<< "$counters")
    passed=$((passed + ok))
    failed=$((failed + total - ok))
    [ "$total" -gt 0 ] || { echo "FAIL $name ran no test"; failed=$((failed + 1)); }
  else
    echo "FAIL $name did not finish"
    failed=$((failed + 1))
  fi
done

finish
