// Bundles the console's scripts, styles and icons into one folder: node build.mjs OUTPUT
// The server embeds that folder and serves it itself: no page loads anything from another host.
import { build } from 'esbuild';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync, constants } from 'node:zlib';

const out = process.argv[2];
if (!out) throw new Error('usage: node build.mjs OUTPUT');
await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

await build({
  entryPoints: { console: 'js/console.js', scheme: 'js/scheme.js', style: 'css/entry.css' },
  outdir: out,
  bundle: true,
  minify: true,
  splitting: true,
  format: 'esm',
  target: ['es2022', 'chrome123', 'firefox120', 'safari17.5'],
  chunkNames: '[name]-[hash]',
  loader: { '.woff2': 'dataurl', '.svg': 'dataurl' },
  legalComments: 'eof',
  logLevel: 'warning',
});

// The icons that pages use, as the inner part of their SVG; written out by the page itself, so that no request is needed.
const icons = {};
for (const name of (await readFile('icons.txt', 'utf8')).split('\n').map((l) => l.trim()).filter(Boolean)) {
  const svg = await readFile(`node_modules/@tabler/icons/icons/outline/${name}.svg`, 'utf8');
  icons[name] = svg.slice(svg.indexOf('>', svg.indexOf('<svg')) + 1, svg.lastIndexOf('</svg>')).replace(/\s*\n\s*/g, '').replace(/ \/>/g, '/>');
}
await writeFile(join(out, 'icons.json'), JSON.stringify(icons));

for (const file of await readdir(out)) {
  if (!/\.(js|css)$/.test(file)) continue;
  const bytes = await readFile(join(out, file));
  await writeFile(join(out, file + '.br'), brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
  await writeFile(join(out, file + '.gz'), gzipSync(bytes, { level: 9 }));
}
