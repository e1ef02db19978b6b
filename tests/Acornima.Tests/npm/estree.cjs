// Reads lines "<mode> TAB <path>" and answers one line each, with acorn as it is installed in the working directory.
// Mode "hash": "<script|module|error> TAB <hash of the canonical text>". Mode "text": the same with the text itself,
// as a JSON string. Mode "time": the kind and the milliseconds of one parse, without locations.
// The canonical text holds type, offsets, lines, columns and every field of every node, fields in order of name.
'use strict';
const fs = require('node:fs');
const crypto = require('node:crypto');
const readline = require('node:readline');
const { createRequire } = require('node:module');
const acorn = createRequire(process.cwd() + '/')('acorn');

const bits = new DataView(new ArrayBuffer(8));
let out = [];

function value(v) {
  if (v === null || v === undefined) out.push('_');
  else if (v === true) out.push('t');
  else if (v === false) out.push('f');
  else if (typeof v === 'string') out.push('"', String(v.length), ':', v);
  else if (typeof v === 'number') {
    bits.setFloat64(0, v);
    out.push('#', bits.getBigUint64(0).toString(16));
  } else if (Array.isArray(v)) {
    out.push('[');
    for (const item of v) value(item);
    out.push(']');
  } else if (typeof v.type === 'string') node(v);
  else throw new Error('unexpected value');
}

function node(n) {
  const { start, end } = n.loc;
  out.push('(', n.type, ' ', String(n.start), '-', String(n.end), ' ',
    `${start.line}:${start.column}-${end.line}:${end.column}`);
  const isLiteral = n.type === 'Literal';
  for (const key of Object.keys(n).sort()) {
    if (key === 'type' || key === 'start' || key === 'end' || key === 'loc') continue;
    if (isLiteral && key === 'value' && (n.regex || n.bigint)) continue;
    out.push(' ', key, '=');
    if (key === 'regex') out.push('/', n.regex.pattern, '/', n.regex.flags);
    else if (n.type === 'TemplateElement' && key === 'value') { value(n.value.cooked); value(n.value.raw); }
    else value(n[key]);
  }
  out.push(')');
}

function parse(text, options) {
  for (const sourceType of ['script', 'module']) {
    try {
      return { kind: sourceType, tree: acorn.parse(text, { ecmaVersion: 'latest', sourceType, ...options }) };
    } catch (e) {
      if (!(e instanceof SyntaxError)) throw e;
    }
  }
  return { kind: 'error', tree: null };
}

function answer(mode, path) {
  const text = fs.readFileSync(path).toString('utf8');
  if (mode === 'time') {
    const begin = process.hrtime.bigint();
    const { kind } = parse(text, {});
    return `${kind}\t${Number(process.hrtime.bigint() - begin) / 1e6}`;
  }
  const { kind, tree } = parse(text, { locations: true });
  out = [];
  if (tree) node(tree);
  const canonical = out.join('');
  if (mode === 'text') return `${kind}\t${JSON.stringify(canonical)}`;
  return `${kind}\t${crypto.createHash('sha256').update(Buffer.from(canonical, 'utf16le')).digest('hex')}`;
}

readline.createInterface({ input: process.stdin }).on('line', line => {
  const tab = line.indexOf('\t');
  process.stdout.write(answer(line.slice(0, tab), line.slice(tab + 1)) + '\n');
});
