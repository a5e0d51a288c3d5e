// Shows that tests bite: breaks one rule after another in a worktree of HEAD, and wants to see its test fail. The rules are those of
// docs/local.md; with `delivery`, the clauses of a message's life in docs/architecture.md, steps 2 to 5; with `trust`, who may reach whom.
// `--only N` breaks the Nth alone, `--part K/N` the Kth of N parts; `--check` breaks nothing and looks whether the rules, the page and the
// code still fit together.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { delivery } from './delivery.mjs';
import { rules as local } from './rules.mjs';
import { trust } from './trust.mjs';

const root = join(import.meta.dirname, '../..');
const name = 'Chat.Local.Tests';
const rules = process.argv.includes('delivery') ? delivery : process.argv.includes('trust') ? trust : local;

const problems = check();
if (problems.length > 0) {
  console.log(problems.join('\n'));
  process.exit(1);
}
if (!process.argv.includes('--check')) run();

/** What doesn't fit together, in sentences. */
function check() {
  const read = path => readFileSync(join(root, path), 'utf8');
  const [page] = read('docs/local.md').split("## What it doesn't do");
  const rows = new Map([...page.matchAll(/^\| (.+) \| (.*`.*) \|$/gm)].map(([, rule, tests]) => [rule, tests]));
  const sources = project => readdirSync(join(root, 'tests', project), { recursive: true })
    .map(path => path.replaceAll('\\', '/'))
    .filter(path => path.endsWith('.cs') && !/^(bin|obj)\//.test(path))
    .map(path => [path, read(`tests/${project}/${path}`)]);
  const tests = new Map([name, 'Chat.Functions.Acceptance'].flatMap(sources));
  const app = new Map(['Chat.Functions.Tests', 'Chat.Functions.Acceptance']
    .flatMap(project => sources(project).map(([path, text]) => [`${project}/${path}`, text])));
  const sourceOf = type => tests.get(`${type.replace('.', '/')}.cs`);
  const all = [...tests.values()].join();
  const countOf = (file, find) => read(file).split(find).length - 1;
  return [
    ...[...delivery, ...trust].flatMap(({ file, find, project, test }) => {
      const [type, method] = split(test);
      return [
        countOf(file, find) !== 1 && `${file} has ${countOf(file, find)} times: ${find}`,
        !app.get(`${project}/${type.replace('.', '/')}.cs`)?.includes(` ${method}(`) && `There is no test ${test} in ${project}.`,
      ];
    }),
    ...local.flatMap(({ rule, file, find, test }) => {
      const count = countOf(file, find);
      const [type, method] = split(test);
      const row = rows.get(rule);
      return [
        count !== 1 && `${file} has ${count} times: ${find}`,
        !sourceOf(type)?.includes(` ${method}(`) && `There is no test ${test}.`,
        row === undefined && `docs/local.md has no row: ${rule}`,
        row && !row.includes(`\`${type}\``) && !row.includes(`\`${method}\``) && `docs/local.md doesn't name ${test} for: ${rule}`,
      ];
    }),
    ...[...rows].flatMap(([rule, row]) => [
      ...[...row.matchAll(/`([^`]+)`/g)]
        .map(([, test]) => !sourceOf(test) && !all.includes(` ${test}(`) && `docs/local.md names ${test}, which is no test.`),
      row.includes('⚡') !== local.some(one => one.rule === rule) && `docs/local.md and rules.mjs don't agree on ⚡ for: ${rule}`,
    ]),
  ].filter(Boolean);
}

function run() {
  const option = name => process.argv[process.argv.indexOf(name) + 1];
  const [part, parts] = process.argv.includes('--part') ? option('--part').split('/').map(Number) : [1, 1];
  const chosen = process.argv.includes('--only') ? [rules[option('--only') - 1]] : rules.filter((_, index) => index % parts === part - 1);
  const scratch = mkdtempSync(join(tmpdir(), 'broken-rules-'));
  const tree = join(scratch, 'tree');
  process.on('exit', () => {
    execFileSync('git', ['worktree', 'remove', '--force', tree], { cwd: root });
    rmSync(scratch, { recursive: true });
  });
  ['SIGINT', 'SIGTERM'].forEach(signal => process.on(signal, () => process.exit(1)));
  execFileSync('git', ['worktree', 'add', '--quiet', '--detach', tree, 'HEAD'], { cwd: root });

  for (const project of new Set(chosen.map(projectOf))) {
    const tests = chosen.filter(rule => projectOf(rule) === project).map(rule => rule.test);
    const sound = build(tree, `tests/${project}`, []) ?? test(tree, project, tests);
    if (sound !== 'passed') {
      console.log(`Before anything is broken, a test ${sound}`);
      process.exit(1);
    }
  }

  let shown = 0;
  for (const rule of chosen) {
    const began = Date.now();
    const result = breakAndTest(tree, rule);
    const isShown = result.startsWith('failed: ');
    shown += isShown ? 1 : 0;
    const seconds = Math.round((Date.now() - began) / 1000);
    console.log(
      `${isShown ? 'shown    ' : 'NOT SHOWN'} ${rules.indexOf(rule) + 1}. ${rule.rule} (${seconds} s)\n`
        + `          ${split(rule.test)[1]} ${result}`);
  }

  console.log(`${shown} shown, ${chosen.length - shown} not shown`);
  process.exitCode = shown === chosen.length ? 0 : 1;
}

function breakAndTest(tree, rule) {
  const path = join(tree, rule.file);
  const project = projectOf(rule);
  const whole = readFileSync(path, 'utf8');
  writeFileSync(path, whole.replace(rule.find, () => rule.replace));
  try {
    return rebuild(tree, rule.file, project) ?? test(tree, project, [rule.test]);
  } finally {
    writeFileSync(path, whole);
  }
}

/** Builds what a changed file is part of. Of the app that is one assembly, whose shape no rule changes. */
function rebuild(tree, file, project) {
  if (!file.startsWith('functions/')) return build(tree, `tests/${project}`, ['--no-restore']);
  const failure = build(tree, 'functions', ['--no-restore', '--no-dependencies']);
  copyFileSync(join(tree, 'functions/bin/StandIns/Debug/net10.0/Chat.Functions.dll'), join(
    tree, `tests/${project}/bin/Debug/net10.0/Chat.Functions.dll`));
  return failure;
}

function projectOf(rule) {
  return rule.project ?? name;
}

/** Why it doesn't build; nothing if it does. Analyzers stay out of it: only a test may notice what is broken. */
function build(tree, what, options) {
  const { status, stdout } = spawnSync('dotnet', [
    'build', what, '--nologo', '-v', 'quiet', ...options,
    '-p:RunAnalyzers=false', '-p:EnforceCodeStyleInBuild=false', '-p:GenerateDocumentationFile=false', '-p:TreatWarningsAsErrors=false',
    '-p:NuGetAudit=false',
    // Any file will do for the web client's script, which would be fetched from npm.
    `-p:SignalRScript=${join(tree, 'README.md')}`,
  ], { cwd: tree, encoding: 'utf8' });
  return status === 0 ? undefined : `doesn't build: ${/error .*/.exec(stdout)?.[0] ?? stdout}`;
}

/** 'passed' when all of the tests ran and did, 'failed: …' with why, or why there is no result. A test that hangs has none. */
function test(tree, project, tests) {
  const report = join(tree, 'report.trx');
  rmSync(report, { force: true });
  const { stdout } = spawnSync('dotnet', [
    'test', `tests/${project}/bin/Debug/net10.0/${project}.dll`, '--filter', tests.map(one => `FullyQualifiedName~.${one}`).join('|'),
    '--logger', `trx;LogFileName=${report}`, '--blame-hang-timeout', '5m', '--blame-hang-dump-type', 'none',
  ], { cwd: tree, encoding: 'utf8' });
  const results = existsSync(report) ? readFileSync(report, 'utf8') : '';
  const [, failure] = /<Message>([^<\n]{1,150})/.exec(results) ?? [];
  const missing = tests.filter(one => !results.includes(`.${one}`));
  if (failure) {
    return `failed: ${failure.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')}`;
  }
  if (missing.length > 0) return `gave no result: ${missing.join(', ')}`;
  return results.includes('<ResultSummary outcome="Completed">') ? 'passed' : `wasn't run to its end: ${stdout.trim().split('\n').at(-1)}`;
}

/** Class and method of a test. */
function split(test) {
  const dot = test.lastIndexOf('.');
  return [test.slice(0, dot), test.slice(dot + 1)];
}
