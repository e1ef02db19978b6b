// Drives the load tools against the gateway and the naive chain in turn; see run.sh and README.md.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const args = Object.fromEntries(process.argv.slice(2).join(' ').split('--').filter(Boolean).map(a => a.trim().split(/\s+/)).map(([k, v]) => [k, v ?? '1']));
const work = args.work, rounds = Number(args.rounds ?? 3);
const only = args.only?.split(',') ?? ['max', 'steady', 'slowdisk', 'routes', 'backlog', 'start'];
const load = join(work, 'load', 'load'), gateway = join(work, 'gateway', 'webhookbridge');
const secret = 'whsec_' + Buffer.from('bench-secret-bench-secret').toString('base64');
const SINK = 9190, DOOR = 8190;
const running = new Set();
process.on('exit', () => running.forEach(p => p.kill('SIGKILL')));

function start(command, params, env = {}) {
  const child = spawn(command, params, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  child.text = '';
  child.stdout.on('data', d => { child.text += d; });
  child.stderr.on('data', d => { child.text += d; });
  child.ended = new Promise(done => child.on('exit', () => { running.delete(child); done(); }));
  running.add(child);
  return child;
}
async function stop(child, signal = 'SIGTERM') { child.kill(signal); await child.ended; }
async function up(url, child) {
  for (let i = 0; i < 600; i++) {
    if (child.exitCode !== null) throw new Error('ended at start: ' + child.text);
    try { await fetch(url, { method: 'POST', body: '{}' }); return; } catch { await sleep(20); }
  }
  throw new Error('not up: ' + url);
}
const json = async path => (await fetch(`http://127.0.0.1:${SINK}${path}`)).json();
const reset = () => fetch(`http://127.0.0.1:${SINK}/_reset`, { method: 'POST' });
const control = query => fetch(`http://127.0.0.1:${SINK}/_ctl?${query}`, { method: 'POST' });
const peakMiB = pid => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
const cpuSeconds = pid => { const f = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' '); return (Number(f[11]) + Number(f[12])) / 100; };
const median = list => [...list].sort((a, b) => a - b)[Math.floor((list.length - 1) / 2)];
let runs = 0;

async function fire(params) {
  const run = (runs++).toString(36).padStart(5, 'r');
  const child = start(load, ['fire', '--run', run, '--c', '64', '--max-seconds', '120', ...params.map(String)]);
  await child.ended;
  return JSON.parse(child.text.trim().split('\n').at(-1));
}
async function drained(expected, seconds = 120) {
  for (let last = -1, still = 0; still < 100 && seconds > 0; seconds -= 0.1) {
    const { distinct } = await json('/_stats');
    if (distinct >= expected) break;
    still = distinct === last ? still + 1 : 0;
    last = distinct;
    await sleep(100);
  }
  return json('/_stats');
}

/** The configuration of the gateway: signature, conditions, rule and template on; `routes` routes, each for its own checkout id. */
function configuration(routes) {
  const template = { contentType: 'application/json', body: '{ "eventId": "{{ event.id }}", "event": "{{ event.type }}", "amount": {{ event.payload.amount }}, "currency": "{{ payment.currency }}", "checkoutId": "{{ payment.checkout_id }}", "sentAt": {{ event.payload.metadata.sentAt }} }' };
  const rule = '({ payload }) => payload.metadata.checkoutId === "ch_1" && payload.amount > 1000';
  return {
    sources: [{ name: 'bench', platform: 'yoco', secrets: [secret] }],
    destinations: [{ name: 'sink', connector: 'http', settings: { method: 'POST' }, secrets: { url: `http://127.0.0.1:${SINK}/in` }, limits: { concurrency: 32 } }],
    routes: Array.from({ length: routes }, (_, i) => ({
      name: `r${i}`, source: 'bench', destination: 'sink', rule, template,
      when: { kinds: ['payment.succeeded'], checkoutIds: [i === 0 ? 'ch_1' : `ch_x${i}`], all: [{ field: 'payment.amount', op: '>', value: 10 }] },
    })),
  };
}
async function openGateway({ routes = 1, env = {}, keep = false } = {}) {
  const data = join(work, 'data'), file = join(work, 'config.json');
  if (!keep) rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { recursive: true });
  writeFileSync(file, JSON.stringify(configuration(routes)));
  const child = start(gateway, ['serve', '--urls', `http://127.0.0.1:${DOOR}`, '--data', data, '--config', file, '--allow-private-destinations'], env);
  await up(`http://127.0.0.1:${DOOR}/in/bench`, child);
  return child;
}
async function openChain({ env = {} } = {}) {
  const child = start(load, ['chain', '--port', DOOR, '--dir', work, '--secret', 'bench-secret-bench-secret', '--dest', `http://127.0.0.1:${SINK}/in`].map(String), env);
  await up(`http://127.0.0.1:${DOOR}/hook`, child);
  return child;
}
const sides = {
  gateway: { open: openGateway, url: `http://127.0.0.1:${DOOR}/in/bench`, secret },
  chain: { open: openChain, url: `http://127.0.0.1:${DOOR}/hook`, secret: 'bench-secret-bench-secret' },
};

/** Warms one side up and runs a load on it; every figure of one round. */
async function round(side, options, n, params) {
  const process = await side.open(options);
  await fire(['--url', side.url, '--n', 8000, '--secret', side.secret]);
  await drained(4000, 30);
  await reset();
  const cpu = cpuSeconds(process.pid);
  const fired = await fire(['--url', side.url, '--n', n, '--secret', side.secret, ...params]);
  const sink = await drained(n / 2);
  const figures = {
    accepted: fired.acceptedPerSec, delivered: sink.distinct / Math.max(sink.seconds, 0.001), missing: n / 2 - sink.distinct, errors: fired.errors,
    acceptP50: fired.acceptMs.p50, acceptP99: fired.acceptMs.p99, p50: sink.e2eMs.p50, p99: sink.e2eMs.p99,
    cpuMs: (cpuSeconds(process.pid) - cpu) * 1000 / n, peakMiB: peakMiB(process.pid),
  };
  await stop(process);
  await reset();
  return figures;
}
async function compare(title, n, params, { env = {}, routes, counter = 'chain', counterOptions } = {}) {
  const seen = { gateway: [], [counter]: [] };
  for (let i = 0; i < rounds; i++) {
    seen[counter].push(await round(sides[counter] ?? sides.gateway, counterOptions ?? { env }, n, params));
    seen.gateway.push(await round(sides.gateway, { env, routes }, n, params));
  }
  console.log(`\n${title} (${rounds} rounds in turn, medians)`);
  console.log('| | ' + counter + ' | gateway | ratio |\n| --- | --- | --- | --- |');
  for (const key of Object.keys(seen.gateway[0])) {
    const a = median(seen[counter].map(f => f[key])), b = median(seen.gateway.map(f => f[key]));
    console.log(`| ${key} | ${a.toFixed(3).replace(/\.?0+$/, '')} | ${b.toFixed(3).replace(/\.?0+$/, '')} | ${a ? (b / a).toFixed(2) : '-'} |`);
  }
}

const sink = start(load, ['sink', '--port', String(SINK)]);
await up(`http://127.0.0.1:${SINK}/_reset`, sink);
if (only.includes('max')) await compare('As fast as it goes: closed loop, 64 connections', 60000, []);
if (only.includes('steady')) {
  await compare('50 events a second', 750, ['--rate', 50]);
  await compare('1,000 events a second', 15000, ['--rate', 1000]);
}
if (only.includes('slowdisk')) await compare('Every sync 10 ms slower, 256 connections', 20000, ['--c', 256], { env: { LD_PRELOAD: join(work, 'slowsync.so'), SLOWSYNC_US: '10000' } });
if (only.includes('routes')) await compare('200 routes on one source against one', 60000, [], { routes: 200, counter: 'one route', counterOptions: { routes: 1 } });
if (only.includes('backlog')) {
  const process = await openGateway();
  await control('failPct=100');
  await fire(['--url', sides.gateway.url, '--n', 100000, '--secret', secret, '--match', 1]);
  const before = peakMiB(process.pid);
  await control('failPct=0');
  const began = Date.now();
  const { distinct } = await drained(100000, 900);
  console.log(`\nA backlog of 100,000: ${distinct} delivered in ${((Date.now() - began) / 1000).toFixed(1)} s after the destination was back; peak memory ${before.toFixed(0)} MiB when full, ${peakMiB(process.pid).toFixed(0)} MiB after`);
  await stop(process);
  await reset();
}
if (only.includes('start')) {
  const times = [];
  for (let i = 0; i < rounds; i++) {
    const began = Date.now();
    const process = await openGateway({ keep: i > 0 });
    times.push(Date.now() - began);
    await stop(process, 'SIGKILL');
  }
  console.log(`\nReady (first answer) after ${times.join(', ')} ms; the first on an empty directory, the others after SIGKILL`);
}
await stop(sink, 'SIGKILL');
