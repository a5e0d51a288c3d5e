// Writes functions/Reactions/Emoji.txt: every emoji that Unicode recommends for general interchange (RGI), fully qualified, one a line.
// A newer Unicode: `npm install unicode@npm:@unicode/unicode-18.0.0 && npm run update`, in this folder.
import { readFileSync, writeFileSync } from 'node:fs';
import components from 'unicode/Binary_Property/Emoji_Component/code-points.mjs';
import recommended from 'unicode/Sequence_Property/RGI_Emoji/index.mjs';

const { name, version } = JSON.parse(readFileSync(new URL('node_modules/unicode/package.json', import.meta.url)));
// A skin tone or a hair style alone is a part of an emoji, which keyboards don't offer.
const isPart = emoji => [...emoji].length === 1 && components.includes(emoji.codePointAt(0));
const all = [...recommended].filter(emoji => !isPart(emoji)).sort();
const header = [
  `# The ${all.length} emoji of ${name.replace('@unicode/unicode-', 'Unicode ')}, fully qualified. `
    + `Written by tools/emoji/update.mjs from ${name} ${version}.`,
  '# Data files © Unicode, Inc., under the Unicode License V3: Emoji.LICENSE.txt.',
];
writeFileSync(new URL('../../functions/Reactions/Emoji.txt', import.meta.url), [...header, ...all, ''].join('\n'));
console.log(`${all.length} emoji from ${name} ${version}`);
