// Shows that the tests named in docs/local.md bite: breaks one rule after another in a worktree of HEAD, and wants to see its test fail.
// `node tests/broken-rules/run.mjs` takes a quarter of an hour; `--only N` breaks the Nth rule alone; `--check` breaks nothing and looks
// whether the rules, the page and the code still fit together.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rules } from './rules.mjs';

const root = join(import.meta.dirname, '../..');
const projects = ['tests/Chat.Local.Tests', 'tests/Chat.Functions.Acceptance'];

const problems = check();
if (problems.length > 0) {
  console.log(problems.join('\n'));
  process.exit(1);
}
if (!process.argv.includes('--check')) run();

/** What is wrong with the rules and the page, as sentences. */
function check() {
  const read = path => readFileSync(join(root, path), 'utf8');
  const [page] = read('docs/local.md').split("## What it doesn't do");
  const rows = new Map([...page.matchAll(/^\| (.+) \| (.*`.*) \|$/gm)].map(([, rule, tests]) => [rule, tests]));
  const tests = new Map(projects.flatMap(project => readdirSync(join(root, project), { recursive: true })
    .map(path => path.replaceAll('\\', '/'))
    .filter(path => path.endsWith('.cs') && !/^(bin|obj)\//.test(path))
    .map(path => [path, read(`${project}/${path}`)])));
  const sources = [...tests.values()].join();
  const isMethod = name => sources.includes(` ${name}(`);
  const isClass = name => tests.has(`${name.replace('.', '/')}.cs`);
  return [
    ...rules.flatMap(({ rule, file, find, test }) => {
      const count = read(file).split(find).length - 1;
      const [type, method] = split(test);
      const row = rows.get(rule) ?? '';
      return [
        count !== 1 && `${file} has ${count} times: ${find}`,
        !rows.has(rule) && `docs/local.md has no row: ${rule}`,
        !(isClass(type) && isMethod(method)) && `There is no test ${test}.`,
        rows.has(rule) && !row.includes(`\`${type}\``) && !row.includes(`\`${method}\``) && `docs/local.md doesn't name ${test} for: ${rule}`,
      ];
    }),
    ...[...rows].flatMap(([rule, row]) => [
      ...[...row.matchAll(/`([^`]+)`/g)].map(([, name]) => !isClass(name) && !isMethod(name) && `docs/local.md names ${name}, which is no test.`),
      row.includes('⚡') !== rules.some(one => one.rule === rule) && `docs/local.md marks with ⚡ what isn't shown, or doesn't mark what is: ${rule}`,
    ]),
  ].filter(Boolean);
}

function run() {
  const scratch = mkdtempSync(join(tmpdir(), 'broken-rules-'));
  const tree = join(scratch, 'tree');
  git('worktree', 'add', '--quiet', '--detach', tree, 'HEAD');
  process.on('exit', () => {
    git('worktree', 'remove', '--force', tree);
    rmSync(scratch, { recursive: true });
  });
  ['SIGINT', 'SIGTERM'].forEach(signal => process.on(signal, () => process.exit(1)));

  const only = process.argv.indexOf('--only');
  const chosen = only < 0 ? rules : [rules[process.argv[only + 1] - 1]];
  const sound = projects.flatMap(project => {
    const names = chosen.map(rule => rule.test).filter(test => projectOf(tree, test) === project);
    return names.length === 0 ? [] : [build(tree, project, []) ?? test(tree, project, names)];
  });
  const unsound = sound.filter(result => result !== 'passed');
  if (unsound.length > 0) {
    console.log(`Before anything is broken: ${unsound.join('; ')}`);
    process.exit(1);
  }

  let shown = 0;
  for (const rule of chosen) {
    const began = Date.now();
    const result = breakAndTest(tree, rule);
    const isShown = result.startsWith('failed');
    shown += isShown ? 1 : 0;
    console.log(`${isShown ? 'shown    ' : 'NOT SHOWN'} ${rules.indexOf(rule) + 1}. ${rule.rule} (${Math.round((Date.now() - began) / 1000)} s)\n          ${split(rule.test)[1]} ${result}`);
  }

  console.log(`${shown} shown, ${chosen.length - shown} not shown`);
  process.exitCode = shown === chosen.length ? 0 : 1;
}

function breakAndTest(tree, { file, find, replace, test: name }) {
  const path = join(tree, file);
  const whole = readFileSync(path, 'utf8');
  const project = projectOf(tree, name);
  writeFileSync(path, whole.replace(find, () => replace));
  try {
    return build(tree, project, ['--no-restore']) ?? test(tree, project, [name]);
  } finally {
    writeFileSync(path, whole);
  }
}

/** Why it doesn't build; nothing if it does. Analyzers stay out of it: only tests may notice what is broken. */
function build(tree, project, options) {
  const { status, stdout } = spawnSync('dotnet', [
    'build', project, '--nologo', '-v', 'quiet', ...options,
    '-p:RunAnalyzers=false', '-p:EnforceCodeStyleInBuild=false', '-p:GenerateDocumentationFile=false', '-p:TreatWarningsAsErrors=false', '-p:NuGetAudit=false',
    // Any file will do for the web client's script, which would be fetched from npm.
    `-p:SignalRScript=${join(tree, 'README.md')}`,
  ], { cwd: tree, encoding: 'utf8' });
  return status === 0 ? undefined : `doesn't build: ${/error .*/.exec(stdout)?.[0] ?? stdout}`;
}

/** 'passed', 'failed: …' with the first line of why, or why there is no result. All of the tests must have run. */
function test(tree, project, names) {
  const report = join(tree, 'report.trx');
  rmSync(report, { force: true });
  const assembly = join(project, 'bin/Debug/net10.0', `${project.split('/').at(-1)}.dll`);
  const { stdout } = spawnSync('dotnet', [
    'test', assembly, '--filter', names.map(name => `FullyQualifiedName~.${name}`).join('|'), '--logger', `trx;LogFileName=${report}`,
    '--blame-hang-timeout', '2m', '--blame-hang-dump-type', 'none',
  ], { cwd: tree, encoding: 'utf8' });
  const results = existsSync(report) ? readFileSync(report, 'utf8') : '';
  const missing = names.filter(name => !results.includes(`.${name}`));
  if (results.includes('outcome="Failed"')) return `failed: ${text(/<Message>([^<\n]*)/.exec(results)?.[1] ?? '')}`;
  if (missing.length > 0) return `gave no result for ${missing.join(', ')}: ${stdout.trim().split('\n').at(-1)}`;
  return results.includes('<ResultSummary outcome="Completed">') ? 'passed' : `was not run to its end: ${stdout.trim().split('\n').at(-1)}`;
}

function projectOf(tree, test) {
  return projects.find(project => existsSync(join(tree, project, `${split(test)[0].replace('.', '/')}.cs`)));
}

/** Class and method of a test. */
function split(test) {
  const dot = test.lastIndexOf('.');
  return [test.slice(0, dot), test.slice(dot + 1)];
}

function text(xml) {
  return xml.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}

function git(...args) {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' });
}
