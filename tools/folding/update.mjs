// Writes functions/Content/Compatibility.txt: what NFKC changes one character to, and which pairs of characters it composes. The app runs
// without ICU, which normalizes text elsewhere. Run it with a newer Node for a newer Unicode: node tools/folding/update.mjs
import { writeFileSync } from 'node:fs';

const isHangul = code => code >= 0xac00 && code <= 0xd7a3;
const isSurrogate = code => code >= 0xd800 && code <= 0xdfff;
const hex = text => [...text].map(letter => letter.codePointAt(0).toString(16).toUpperCase()).join(' ');
const changed = [];
const composed = [];
for (let code = 0x80; code <= 0x10ffff; code++) {
  if (isHangul(code) || isSurrogate(code)) continue;
  const letter = String.fromCodePoint(code);
  const folded = letter.normalize('NFKC');
  if (folded !== letter) {
    changed.push(`${hex(letter)}=${hex(folded)}`);
    continue;
  }

  // A letter with several marks is composed of one with fewer, and the last.
  const parts = [...letter.normalize('NFD')];
  if (parts.length > 1) composed.push(`${hex(parts.slice(0, -1).join('').normalize('NFC'))}+${hex(parts.at(-1))}=${hex(letter)}`);
}

const header = [
  `# NFKC of Unicode ${process.versions.unicode}, without Hangul syllables: ${changed.length} characters that become others, `
    + `and ${composed.length} pairs that become one.`,
  '# Written by tools/folding/update.mjs. Data files © Unicode, Inc., under the Unicode License V3: Reactions/Emoji.LICENSE.txt.',
];
writeFileSync(new URL('../../functions/Content/Compatibility.txt', import.meta.url), [...header, ...changed, ...composed, ''].join('\n'));
console.log(`${changed.length} and ${composed.length}, of Unicode ${process.versions.unicode}`);
