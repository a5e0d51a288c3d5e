// Most tools of Python read YAML 1.1, where other scalars are ambiguous than in 1.2: both must read the same documents.
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import old from 'yaml-js';

let faults = 0;
for (const path of process.argv.slice(2)) {
  for (const fault of faultsOf(readFileSync(path, 'utf8'))) {
    console.log(`${path}: ${fault}`);
    faults++;
  }
}

process.exit(faults > 0 ? 1 : 0);

function faultsOf(text) {
  let inYaml11;
  try {
    inYaml11 = old.load(text);
  } catch (error) {
    return [`YAML 1.1 can't read it: ${String(error).replace(/\s+/g, ' ')}`];
  }

  return [...differences(parse(text), inYaml11, '')];
}

function* differences(now, then, place) {
  if (isDeepStrictEqual(now, then)) return;
  if (now && then && typeof now === 'object' && typeof then === 'object' && !(then instanceof Date)) {
    for (const key of new Set([...Object.keys(now), ...Object.keys(then)])) yield* differences(now[key], then[key], `${place}/${key}`);
    return;
  }

  yield `${place} is ${JSON.stringify(now)} in YAML 1.2 and ${then instanceof Date ? 'a time' : JSON.stringify(then)} in 1.1: quote it`;
}
