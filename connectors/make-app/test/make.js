'use strict';

// Does what Make does with the files of an app, as far as ours go: puts base, connection and module together, fills in the
// expressions, sends the request and reads the answer. An expression or a function that it does not know is an error.

const functions = {
  ifempty: (value, otherwise) => (value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0) ? otherwise : value),
  encodeURL: (value) => encodeURIComponent(value),
};

const literals = { emptyarray: [], true: true, false: false };

/** The value of what stands between {{ and }}: a path, a literal, or a function of such. */
const evaluate = (text, scope) => {
  const expression = text.trim();
  const call = /^(\w+)\((.*)\)$/s.exec(expression);
  if (call) {
    if (!Object.hasOwn(functions, call[1])) {
      throw new Error(`unknown function in {{${expression}}}`);
    }
    return functions[call[1]](...call[2].split(/,(?![^(]*\))/).map((argument) => evaluate(argument, scope)));
  }
  if (/^'[^']*'$/.test(expression)) return expression.slice(1, -1);
  if (/^\d+$/.test(expression)) return Number(expression);
  if (Object.hasOwn(literals, expression)) return literals[expression];
  if (!/^[A-Za-z_][\w]*(\.[A-Za-z_][\w]*)*$/.test(expression)) {
    throw new Error(`unknown expression {{${expression}}}`);
  }
  const [root, ...path] = expression.split('.');
  if (!(root in scope)) {
    throw new Error(`{{${expression}}}: there is no ${root} here`);
  }
  return path.reduce((value, name) => value?.[name], scope[root]);
};

/** Fills in every expression of a value; a text that is one expression becomes what it stands for. What is empty is left out of objects. */
const fill = (value, scope) => {
  if (Array.isArray(value)) return value.map((item) => fill(item, scope));
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, fill(member, scope)]).filter(([, member]) => member !== undefined));
  }
  if (typeof value !== 'string') return value;
  const whole = /^\{\{([^{}]*)\}\}$/.exec(value);
  return whole ? evaluate(whole[1], scope) : value.replace(/\{\{([^{}]*)\}\}/g, (_, expression) => String(evaluate(expression, scope) ?? ''));
};

/** Runs a request as a component describes it; gives what its response makes of the answer. */
const run = async (base, communication, scope) => {
  const baseUrl = base ? fill(base.baseUrl, scope) : '';
  const own = fill(communication.url, scope);
  const url = new URL(own.startsWith('http') ? own : baseUrl + own);
  for (const [name, value] of Object.entries(fill(communication.qs || {}, scope))) {
    if (value !== null && value !== '') url.searchParams.set(name, value);
  }
  const body = communication.body && JSON.stringify(fill(communication.body, scope));
  const answer = await fetch(url, {
    method: communication.method || 'GET',
    headers: { ...fill({ ...(base?.headers || {}), ...(communication.headers || {}) }, scope), ...(body && { 'content-type': 'application/json' }) },
    body,
  });
  const text = await answer.text();
  const after = { ...scope, statusCode: answer.status, body: text ? JSON.parse(text) : undefined };
  const response = { ...(base?.response || {}), ...(communication.response || {}) };
  if (answer.status >= 400) {
    const error = response.error[answer.status] || response.error;
    throw Object.assign(new Error(fill(error.message, after)), { type: error.type });
  }
  return {
    metadata: response.metadata && fill(response.metadata, after),
    data: response.data && fill(response.data, after),
    output: response.iterate
      ? fill(response.iterate, after).slice(0, fill(response.limit, after)).map((item) => fill(response.output, { ...after, item }))
      : response.output && fill(response.output, after),
  };
};

module.exports = { evaluate, fill, run };
