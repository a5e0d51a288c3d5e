// The Bicep compiler on a world's infra/: what it says of the templates, how it would lay them out, and what they deploy.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const project = join(import.meta.dirname, 'compiler');
const subscription = '00000000-0000-0000-0000-000000000000';
let path = null;

/** What the compiler and its linter find, a line each. */
export const diagnosticsOf = world => inside(world, folder => lines(run(folder, 'lint', '--pattern', 'infra/**/*.bicep')));

/** The templates that `bicep format` would change. */
export const unformattedOf = world => inside(world, folder => {
  run(folder, 'format', '--pattern', 'infra/**/*.bicep');
  return world.list('infra', '.bicep').filter(file => readFileSync(join(folder, file), 'utf8') !== world.read(file));
});

/** `infra/main.bicep` as Resource Manager gets it. */
export const templateOf = world => inside(
  world, folder => JSON.parse(succeed(run(folder, 'build', 'infra/main.bicep', '--stdout')).stdout));

/**
 * What Resource Manager would make of it with these parameters; what Azure alone knows stays an expression. An error: why it would
 * refuse.
 */
export const snapshotOf = (world, parameters) => inside(world, folder => {
  const values = Object.entries(parameters).map(([name, value]) => `param ${name} = ${literal(value)}\n`);
  writeFileSync(join(folder, 'infra/trial.bicepparam'), `using './main.bicep'\n${values.join('')}`);
  const where = ['--subscription-id', subscription, '--location', parameters.location, '--deployment-name', 'trial'];
  const problems = lines(run(folder, 'snapshot', 'infra/trial.bicepparam', ...where));
  if (problems.length > 0) throw new Error(problems.join(' '));
  return JSON.parse(readFileSync(join(folder, 'infra/trial.snapshot.json'), 'utf8'));
});

/** Runs with a copy of infra/ as the world has it, in a folder that is gone afterwards. */
function inside(world, work) {
  const folder = mkdtempSync(join(tmpdir(), 'infra-'));
  try {
    for (const file of ['.bicep', '.json'].flatMap(ending => world.list('infra', ending))) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), world.read(file));
    }

    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(folder, ...args) {
  path ??= restore();
  return spawnSync(path, args, { cwd: folder, encoding: 'utf8' });
}

function restore() {
  execFileSync('dotnet', ['restore', project, '-v', 'quiet'], { stdio: ['ignore', 'ignore', 'inherit'] });
  return execFileSync('dotnet', ['msbuild', project, '-getProperty:Bicep'], { encoding: 'utf8' }).trim();
}

function succeed(result) {
  if (result.status !== 0) throw new Error(lines(result).join(' '));
  return result;
}

const lines = ({ stdout, stderr, error }) => [error?.message ?? '', ...stdout.split('\n'), ...stderr.split('\n')].filter(
  line => line.trim());

const literal = value => typeof value === 'string'
  ? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('$', '\\$')}'`
  : String(value);
