#!/usr/bin/env bash
# Tests everything: build gates, formatting, unit, contract and acceptance tests, the clients. The last line is "N passed, N failed".
# Installs what it needs beyond the .NET SDK and Node: the npm packages of the clients, the Bicep compiler and, as root on Debian, Chromium.
set -uo pipefail
cd "$(dirname "$0")"

# One compiler server for all projects: it loads the analyzers once. Some machines of CI turn it off, as it would outlive the build.
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 UseSharedCompilation=true
# Processor time is what the tests wait for. What lives for seconds has nothing of profiles, and compiles most of its life: every page of code
# is mapped twice unless it may be written where it is run. Many small apps in one process are collected rarely if they may leave 64 MB
# behind, and threads that have nothing to do don't spin meanwhile.
export DOTNET_TieredPGO=0 DOTNET_EnableWriteXorExecute=0 DOTNET_GCgen0size=0x4000000 DOTNET_ThreadPool_UnfairSemaphoreSpinLimit=0
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

# Without a screen, Chromium takes half the processor time.
install_chromium() {
  command -v chromium-headless-shell > /dev/null && return
  if [ "$(id -u)" -eq 0 ]; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium-headless-shell > /dev/null && return
  fi
  command -v chromium > /dev/null || { echo "The page's test needs Chromium: install 'chromium-headless-shell'."; return 1; }
}

npm_packages() {
  local folder process processes=() code=0
  for folder in $(git ls-files 'clients/package-lock.json' 'tests/*package-lock.json'); do
    (cd "$(dirname "$folder")" && npm ci --no-audit --no-fund --silent) &
    processes+=($!)
  done
  for process in "${processes[@]}"; do wait "$process" || code=1; done
  return $code
}

# Lines are read side by side: 140 columns of code, 120 of docs (tables and links can't be wrapped).
lines_fit() {
  git ls-files -z '*.cs' '*.ts' '*.tsx' '*.mjs' '*.md' | node -e '
    const long = fs.readFileSync(0, "utf8").split("\0").filter(Boolean).flatMap(file => {
      const isProse = file.endsWith(".md");
      return fs.readFileSync(file, "utf8").split("\n").flatMap((line, index) =>
        line.length > (isProse ? 120 : 140) && !(isProse && /^\||http/.test(line)) ? [`${file}:${index + 1}`] : []);
    });
    if (long.length > 0) { console.log(long.join("\n")); process.exit(1); }'
}

# The one thing about formatting that no analyzer of the build says: directives of System come first, all by name.
usings_are_sorted() {
  git ls-files -z '*.cs' | node -e '
    const rank = name => (/^System\b/.test(name) ? 0 : 1);
    const compare = (a, b) => rank(a) - rank(b) || a.localeCompare(b, "en");
    const unsorted = fs.readFileSync(0, "utf8").split("\0").filter(Boolean).filter(file => {
      const names = [...fs.readFileSync(file, "utf8").matchAll(/^using ([\w.]+);$/gm)].map(([, name]) => name);
      return names.some((name, index) => index > 0 && compare(names[index - 1], name) > 0);
    });
    if (unsorted.length > 0) { console.log(unsorted.join("\n")); process.exit(1); }'
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

# Tests of a .NET project, each of which counts: run_tests NAME writes how they ended, count_tests NAME reads it.
run_tests() {
  dotnet test "tests/$1" --no-build --logger "trx;LogFileName=$results/$1.trx" --blame-hang-timeout 20m --results-directory "$results" || true
}

count_tests() {
  local counters ok total
  if [ -f "$results/$1.trx" ]; then
    counters=$(grep -o '<Counters [^>]*>' "$results/$1.trx")
    ok=$(sed 's/.* passed="\([0-9]*\)".*/\1/' <<< "$counters")
    total=$(sed 's/.* total="\([0-9]*\)".*/\1/' <<< "$counters")
    passed=$((passed + ok))
    failed=$((failed + total - ok))
    [ "$total" -gt 0 ] || { echo "FAIL $1 ran no test"; failed=$((failed + 1)); }
  else
    echo "FAIL $1 did not finish"
    failed=$((failed + 1))
  fi
}

sdk_and_backend() {
  local url=http://127.0.0.1:7331 host
  Limits__SendsPerMinute=0 Limits__ReactionsPerMinute=0 dotnet local/bin/Debug/net10.0/Chat.Local.dll --in-memory --urls $url \
    --cosmos-port 0 --servicebus-port 0 --signalr-port 7332 --blob-port 0 > "$results/host.log" 2>&1 &
  host=$!
  for _ in {1..300}; do curl -fsS "$url/api/health" > /dev/null 2>&1 && break; sleep 1; done
  BASE_URL=$url step "the packages' READMEs work in an empty project" node clients/sdk/scripts/try-package.mjs
  kill "$host" && wait "$host"
}

# What needs Node and no assembly.
clients() {
  step "lines fit" lines_fit
  step "using directives are sorted" usings_are_sorted
  step "broken rules fit the code and docs/local.md" node tests/broken-rules/run.mjs --check
  step "API documents" npm run --silent --prefix tests/api-lint lint
  step "the SDK's tests are typed" npm run --silent --prefix clients/sdk typecheck
  SEEDS=5 vitest_in clients/sdk
  step "the React hooks' tests are typed" npm run --silent --prefix clients/react typecheck
  vitest_in clients/react
  step "the page's code is typed" npm run --silent --prefix clients/web typecheck
  vitest_in clients/web
  step "infra/ compiles without a warning and fits the code and the docs" node tests/infra/run.mjs
  echo "$passed $failed" > "$results/clients.counts"
}

count_clients() {
  local ok not
  cat "$results/clients.log"
  if read -r ok not < "$results/clients.counts"; then
    passed=$((passed + ok))
    failed=$((failed + not))
  else
    echo "FAIL the clients' steps did not finish"
    failed=$((failed + 1))
  fi
}

# Both wait for registries.
install_chromium > "$results/chromium.log" 2>&1 &
chromium=$!
dotnet restore Chat.Functions.sln -v quiet > "$results/restore.log" 2>&1 &
restore=$!
step "npm packages" npm_packages
# The local host embeds the page.
step "the SDK builds and is within its size" npm run --silent --prefix clients/sdk build
step "the React hooks build and are within their size" npm run --silent --prefix clients/react build
step "the page builds and is within its size" npm run --silent --prefix clients/web build
step "NuGet packages" ends_well $restore "$results/restore.log" || finish
(passed=0 failed=0; clients) > "$results/clients.log" 2>&1 &
clients=$!
step "build" dotnet build Chat.Functions.sln --no-restore -v quiet || finish
step "Chromium" ends_well $chromium "$results/chromium.log"
# These wait more than they compute, and the clients' steps go on beside them.
run_tests Chat.Functions.Tests > "$results/unit.log" 2>&1 &
unit=$!
run_tests Chat.Local.Tests > "$results/local.log" 2>&1 &
local=$!
step "publishing stand-ins is refused" refuses_to_publish_stand_ins
sdk_and_backend
wait $clients $unit $local
count_clients
cat "$results/unit.log" "$results/local.log"

# These have the machine to themselves.
run_tests Chat.Functions.Acceptance
for project in tests/*/*.csproj; do
  count_tests "$(basename "$project" .csproj)"
done

finish
