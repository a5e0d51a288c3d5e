// Checks infra/ and all that must agree with it, then shows of every check that it bites: on copies with one thing wrong.
import { names, run } from './checks.mjs';
import { mutants } from './mutants.mjs';
import { World } from './world.mjs';

const world = new World();
const wrong = run(world).flatMap(({ name, problems }) => problems.map(problem => `${name}: ${problem}`));
wrong.push(...names.filter(name => !mutants.some(mutant => mutant.check === name)).map(name => `No mutant shows that this check bites: ${name}`));

for (const { check, file, find, replace } of mutants) {
  const text = world.read(file);
  if (text.split(find).length !== 2) {
    wrong.push(`A mutant wants to find once in ${file}: ${find}`);
    continue;
  }

  const results = run(new World({ [file]: text.replace(find, () => replace) }));
  if (!results.some(({ name, problems }) => name === check && problems.length > 0)) wrong.push(`"${check}" doesn't see ${find} become ${replace || 'nothing'} in ${file}`);
}

wrong.forEach(problem => console.log(problem));
if (wrong.length > 0) process.exit(1);
console.log(`ok   infrastructure (${names.length} checks, ${mutants.length} mutants)`);
