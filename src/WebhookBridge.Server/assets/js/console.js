// Behaviour shared by all pages. Everything here adds to what works without it.
import htmx from 'htmx.org';

const root = document.documentElement;

// Light or dark: the button is a form that works by itself; with script the page does not reload.
document.addEventListener('submit', (event) => {
  const form = event.target.closest('form[data-scheme]');
  if (!form) return;
  event.preventDefault();
  const next = root.dataset.bsTheme === 'dark' ? 'light' : 'dark';
  root.dataset.bsTheme = next;
  root.dataset.wbScheme = next;
  const body = new FormData(form);
  body.set('scheme', next);
  fetch(form.action, { method: 'POST', body, redirect: 'manual' });
});

document.addEventListener('click', async (event) => {
  const copy = event.target.closest('[data-copy]');
  if (copy) {
    const field = document.getElementById(copy.dataset.copy);
    field.select();
    try { await navigator.clipboard.writeText(field.value); } catch { document.execCommand('copy'); }
    copy.classList.add('is-copied');
    say(copy.dataset.said);
    setTimeout(() => copy.classList.remove('is-copied'), 2000);
    return;
  }

  const show = event.target.closest('[data-show]');
  if (show) {
    const field = document.getElementById(show.dataset.show);
    const hidden = field.type === 'password';
    field.type = hidden ? 'text' : 'password';
    show.setAttribute('aria-pressed', String(hidden));
  }
});

// One line for screen readers: what just happened.
function say(text) {
  const line = document.getElementById('wb-said');
  if (line && text) line.textContent = text;
}

// Escape closes the phone menu.
document.addEventListener('keydown', (event) => {
  const menu = document.getElementById('wb-menu');
  if (event.key === 'Escape' && menu?.checked) { menu.checked = false; menu.focus(); }
  if (event.key === '/' && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.closest('input, textarea, select, [contenteditable]')) {
    const search = document.querySelector('.wb-side-search input, .wb-filter input[type=search]');
    if (search) { event.preventDefault(); search.focus(); }
  }
});

// Live parts ask only while somebody looks.
document.addEventListener('htmx:config:request', (event) => {
  if (document.hidden && event.target.closest?.('[data-live]')) event.preventDefault();
});

// A page that is left takes its questions back, so that none of them fails loudly.
addEventListener('beforeunload', () => { for (const part of document.querySelectorAll('.htmx-request')) htmx.trigger(part, 'htmx:abort'); });

// The times of "in 4 min" go on by themselves.
const zone = document.querySelector('meta[name=wb-lang]')?.content;
const relative = new Intl.RelativeTimeFormat(zone || 'en', { numeric: 'auto', style: 'short' });
setInterval(() => {
  if (document.hidden) return;
  for (const time of document.querySelectorAll('time[data-relative]')) {
    const seconds = Math.round((Date.parse(time.dateTime) - Date.now()) / 1000);
    const [n, unit] = Math.abs(seconds) < 60 ? [seconds, 'second'] : Math.abs(seconds) < 3600 ? [Math.round(seconds / 60), 'minute'] : Math.abs(seconds) < 86400 ? [Math.round(seconds / 3600), 'hour'] : [Math.round(seconds / 86400), 'day'];
    time.textContent = relative.format(n, unit);
  }
}, 10000);

// One box ticks all of its name within the same form.
document.addEventListener('change', (event) => {
  const all = event.target.closest('[data-check-all]');
  if (!all) return;
  for (const box of all.form.querySelectorAll(`input[type=checkbox][name="${all.dataset.checkAll}"]`)) box.checked = all.checked;
});

// Editors are loaded by the pages that have one, and opened again where a part with one was swapped in.
async function openEditors() {
  if (document.querySelector('textarea[data-editor]')) (await import('./editor.js')).start();
}
openEditors();
// What is written while an answer is under way is not lost when the part comes back: it is put in again.
const flights = new WeakMap();
const written = () => new Map([...document.querySelectorAll('#route input:not([type=hidden], [type=checkbox], [type=radio]), #route select, #form input:not([type=hidden], [type=checkbox])')].filter((e) => e.name).map((e) => [e.name, e.value]));
document.addEventListener('htmx:before:request', (event) => flights.set(event.detail.ctx, written()));
document.addEventListener('htmx:before:swap', (event) => {
  const sent = flights.get(event.detail.ctx);
  if (sent instanceof Map) flights.set(event.detail.ctx, [...written()].filter(([name, value]) => sent.has(name) && sent.get(name) !== value));
});

document.addEventListener('htmx:after:swap', (event) => {
  const late = flights.get(event.detail?.ctx);
  for (const [name, value] of Array.isArray(late) ? late : []) {
    const field = document.querySelector(`#route [name="${CSS.escape(name)}"], #form [name="${CSS.escape(name)}"]`);
    if (!field || field.value === value) continue;
    field.value = value;
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }
  openEditors();
  const next = document.querySelector('.wb-step [autofocus]');
  next?.focus();
  next?.removeAttribute('autofocus');
});
