// The code editor, loaded only by pages that have one. Each editor stands in front of a text area: without script that is what people write in.
import { EditorState, Facet, Prec } from '@codemirror/state';
import { Decoration, EditorView, MatchDecorator, ViewPlugin, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { HighlightStyle, StreamLanguage, bracketMatching, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { javascript } from '@codemirror/lang-javascript';
import { acceptCompletion, autocompletion, completionKeymap, startCompletion } from '@codemirror/autocomplete';
import { lintGutter, setDiagnostics } from '@codemirror/lint';
import { tags } from '@lezer/highlight';

const isTemplate = Facet.define({ combine: (values) => values.includes(true) });

const theme = EditorView.theme({
  '&': { backgroundColor: 'var(--wb-surface)', color: 'var(--wb-ink)', border: '1px solid var(--wb-line-2)', borderRadius: '6px', fontSize: '.75rem' },
  '&.cm-focused': { outline: '2px solid var(--wb-accent)', outlineOffset: '1px' },
  '.cm-scroller': { fontFamily: 'var(--wb-mono)', lineHeight: '1.25rem', minHeight: '7rem', maxHeight: '30rem' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--wb-ink-3)', border: '0', fontSize: '.6875rem' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--wb-accent-soft) 45%, transparent)' },
  '.cm-cursor': { borderLeftColor: 'var(--wb-ink)' },
  '.cm-tooltip': { backgroundColor: 'var(--wb-surface)', border: '1px solid var(--wb-line-2)', borderRadius: '6px', color: 'var(--wb-ink)' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--wb-accent-fill)', color: '#fff' },
  '.cm-completionDetail': { fontStyle: 'normal', color: 'var(--wb-ink-2)' },
  'li[aria-selected] .cm-completionDetail': { color: '#fff' },
  '.cm-diagnostic': { fontFamily: 'var(--wb-sans)', fontSize: '.8125rem' },
  '.cm-hole': { backgroundColor: 'var(--wb-accent-soft)', color: 'var(--wb-accent)', borderRadius: '3px' },
  '.cm-lintRange-error': { backgroundImage: 'none', textDecoration: 'underline wavy var(--wb-bad)', textUnderlineOffset: '3px' },
});

const colours = HighlightStyle.define([
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--wb-code-str)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--wb-code-num)' },
  { tag: [tags.keyword, tags.propertyName, tags.tagName], color: 'var(--wb-code-key)' },
  { tag: tags.comment, color: 'var(--wb-code-com)' },
]);

// What stands between {{ and }} is ours, whatever the rest is: JSON, HTML or text.
const hole = new MatchDecorator({ regexp: /\{\{.*?\}\}/g, decoration: Decoration.mark({ class: 'cm-hole' }) });
const holes = ViewPlugin.fromClass(class {
  constructor(view) { this.decorations = hole.createDeco(view); }
  update(update) { this.decorations = hole.updateDeco(update, this.decorations); }
}, { decorations: (v) => v.decorations });

const surroundings = StreamLanguage.define({
  token(stream) {
    if (stream.match(/^"(?:[^"\\{]|\\.|\{(?!\{))*"(?=\s*:)/)) return 'propertyName';
    if (stream.match(/^"(?:[^"\\]|\\.)*"/)) return 'string';
    if (stream.match(/^-?\d+(?:\.\d+)?\b/)) return 'number';
    if (stream.match(/^<!--.*?-->/)) return 'comment';
    if (stream.match(/^<\/?[a-zA-Z][\w-]*/)) return 'tagName';
    if (stream.match(/^(?:true|false|null)\b/)) return 'bool';
    stream.next();
    return null;
  },
});

// The fields of the chosen event stand on the page for the picker; completion offers the same.
function fields(context) {
  const word = context.matchBefore(/[\w$.[\]"]+/);
  if (!word && !context.explicit) return null;
  const line = context.state.doc.lineAt(context.pos);
  const before = line.text.slice(0, context.pos - line.from);
  if (context.state.facet(isTemplate) && before.lastIndexOf('{{') <= before.lastIndexOf('}}')) return null;
  const options = [...document.querySelectorAll('[data-insert]')].map((b) => ({ label: b.dataset.insert, detail: b.dataset.example, type: 'property' }));
  if (!context.state.facet(isTemplate)) options.push({ label: 'skip("")', detail: '', type: 'function' });
  return options.length ? { from: word ? word.from : context.pos, options, validFor: /^[\w$.[\]"]*$/ } : null;
}


const editors = new Map();
let last = null;

function open(area) {
  const template = area.dataset.editor === 'template';
  const nonce = area.closest('[data-nonce]')?.dataset.nonce ?? '';
  const view = new EditorView({
    state: EditorState.create({
      doc: area.value,
      extensions: [
        lineNumbers(), history(), highlightActiveLine(), bracketMatching(), indentOnInput(), lintGutter(),
        isTemplate.of(template),
        template ? [surroundings, holes] : javascript(),
        syntaxHighlighting(colours), theme,
        autocompletion({ override: [fields], icons: false }),
        // Tab leaves the editor, as everywhere on the page; it accepts only what a list offers.
        Prec.high(keymap.of([{ key: 'Tab', run: acceptCompletion }, { key: 'Ctrl-.', run: startCompletion }])),
        keymap.of([...completionKeymap, ...historyKeymap, ...defaultKeymap]),
        EditorView.lineWrapping,
        EditorView.cspNonce.of(nonce),
        EditorView.contentAttributes.of({ 'aria-label': area.dataset.label, 'aria-describedby': area.getAttribute('aria-describedby') ?? '' }),
        EditorView.updateListener.of((update) => {
          if (update.focusChanged && update.view.hasFocus) last = update.view;
          if (!update.docChanged) return;
          area.value = update.state.doc.toString();
          area.dispatchEvent(new Event('input', { bubbles: true }));
        }),
      ],
    }),
  });
  area.classList.add('d-none');
  area.tabIndex = -1;
  area.after(view.dom);
  editors.set(area, view);
  const list = document.getElementById(area.dataset.faults);
  if (list) new MutationObserver(() => mark(area)).observe(list, { childList: true, subtree: true });
  mark(area);
}

// Errors that the server found, at their place.
function mark(area) {
  const view = editors.get(area);
  if (!view) return;
  const found = [...(document.getElementById(area.dataset.faults)?.querySelectorAll('[data-line]') ?? [])].filter((fault) => fault.dataset.line);
  const later = area.name === 'Body' ? document.getElementById('fault-template') : null;
  if (later?.dataset.line && found.length === 0) found.push(later);
  const doc = view.state.doc;
  view.dispatch(setDiagnostics(view.state, found.map((fault) => {
    const line = doc.line(Math.min(Math.max(Number(fault.dataset.line), 1), doc.lines));
    const from = Math.min(line.from + Math.max(Number(fault.dataset.column || 1) - 1, 0), line.to);
    const to = Math.min(from + 1, line.to);
    return { from: to > from ? from : Math.max(line.from, from - 1), to: Math.max(to, from), severity: 'error', message: fault.dataset.text };
  })));
}

function insert(path) {
  const area = document.querySelector('.wb-step:has(input[name=Step]:checked) [data-editor]');
  const view = last?.dom.isConnected && last.dom.offsetParent ? last : editors.get(area);
  const input = document.activeElement?.closest?.('[data-takes-fields]');
  if (!view && !input) return false;
  const text = view && !view.state.facet(isTemplate) ? path : `{{ ${path} }}`;
  view.dispatch(view.state.replaceSelection(text));
  view.focus();
  return true;
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-insert]');
  if (button && !insert(button.dataset.insert)) navigator.clipboard?.writeText(`{{ ${button.dataset.insert} }}`).catch(() => {});
});

export function start() {
  for (const [area, view] of editors) if (!area.isConnected) { view.destroy(); editors.delete(area); }
  for (const area of document.querySelectorAll('textarea[data-editor]')) if (!editors.has(area)) open(area);
  const preview = document.getElementById('preview');
  if (preview && !preview.dataset.watched) {
    preview.dataset.watched = 'true';
    new MutationObserver(() => { for (const area of editors.keys()) mark(area); }).observe(preview, { childList: true });
  }
}
