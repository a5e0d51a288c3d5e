// Checks infra/ and all that must agree with it, then shows of every check that it bites: on copies with one thing wrong.
import { names, run } from './checks.mjs';
import { compile } from './deployments.mjs';
import { mutants } from './mutants.mjs';
import { World } from './world.mjs';

const compiled = compiledOrNot();
const world = new World(compiled);
const wrong = names.flatMap(name => run(name, world).map(problem => `${name}: ${problem}`));
wrong.push(
  ...names.filter(name => !mutants.some(mutant => mutant.check === name)).map(name => `No mutant shows that this check bites: ${name}`));
if (wrong.length === 0) wrong.push(...mutants.flatMap(survivor));

wrong.forEach(problem => console.log(problem));
if (wrong.length > 0) process.exit(1);
console.log(`ok   infrastructure (${names.length} checks, ${mutants.length} mutants)`);

function compiledOrNot() {
  try {
    return compile(new World());
  } catch (error) {
    console.log(error.message);
    process.exit(1);
  }
}

/** What is to be said of a mutant that its check doesn't see, or sees for another reason. */
function survivor({ check, says, changes }) {
  const changed = { ...compiled };
  for (const { file, find, replace } of changes) {
    const text = world.read(file);
    if (text.split(find).length !== 2) return [`A mutant wants to find once in ${file}: ${find}`];
    changed[file] = text.replace(find, () => replace);
  }

  const problems = run(check, new World(changed));
  if (problems.some(problem => problem.includes(says))) return [];
  const [{ file, find, replace }] = changes;
  return [`"${check}" doesn't say "${says}" when in ${file} ${find.trim()} becomes ${replace.trim() || 'nothing'}; `
    + `it says: ${problems.join('; ') || 'nothing'}`];
}
