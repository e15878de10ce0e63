import { RealNumber, plainNumbers } from './real-number.ts';

/** One step of a path: all values that it leads to from one value. */
type Step = (value: unknown) => unknown[];

const isContainer = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !(value instanceof RealNumber);

const children = (value: unknown): unknown[] => (isContainer(value) ? Object.values(value) : []);

const descendants = (value: unknown): unknown[] => [
  value,
  ...children(value).flatMap((child) => descendants(child)),
];

const member =
  (name: string): Step =>
  (value) =>
    isContainer(value) && !Array.isArray(value) && Object.hasOwn(value, name) ? [value[name]] : [];

const slice =
  (from: string | undefined, to: string | undefined): Step =>
  (value) =>
    Array.isArray(value)
      ? (value as unknown[]).slice(from ? Number(from) : undefined, to ? Number(to) : undefined)
      : [];

const element =
  (index: number): Step =>
  (value) =>
    Array.isArray(value) && index < value.length ? [value[index] as unknown] : [];

/** The literal at the right of a comparison. */
function literal(text: string): unknown {
  if (/^'.*'$/.test(text)) return text.slice(1, -1);
  return JSON.parse(text) as unknown;
}

const COMPARISONS: Readonly<Record<string, (left: unknown, right: unknown) => boolean>> = {
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<': (left, right) => typeof left === typeof right && Number(left) < Number(right),
  '<=': (left, right) => typeof left === typeof right && Number(left) <= Number(right),
  '>': (left, right) => typeof left === typeof right && Number(left) > Number(right),
  '>=': (left, right) => typeof left === typeof right && Number(left) >= Number(right),
};

/** `@.a.b == 'x'`, or `@.a` for what is there at all; several of them with `&&` and `||`. */
function condition(text: string): (value: unknown) => boolean {
  const alternatives = text.split('||').map((side) =>
    side.split('&&').map((part) => {
      const found = /^\s*@([^=!<>\s]*)\s*(?:(==|!=|<=|>=|<|>)\s*(.+?))?\s*$/.exec(part);
      if (!found) throw new SyntaxError(`the condition '${part.trim()}' is not understood`);
      const [, path = '', operator, right = ''] = found;
      const steps = stepsOf(path);
      if (operator === undefined) return (value: unknown) => follow([value], steps).length > 0;
      const compare = COMPARISONS[operator];
      const expected = literal(right);
      return (value: unknown) =>
        follow([value], steps).some((left) => compare?.(plainNumbers(left), expected) === true);
    }),
  );
  return (value) => alternatives.some((all) => all.every((test) => test(value)));
}

function bracketed(text: string): Step {
  const range = /^(-?\d*):(-?\d*)$/.exec(text);
  if (range) return slice(range[1], range[2]);
  if (text === '*') return children;
  const filter = /^\?\((.*)\)$/s.exec(text);
  if (filter) {
    const test = condition(filter[1] ?? '');
    return (value) => children(value).filter(test);
  }
  const steps = text.split(',').map((part) => {
    const name = /^\s*(['"])(.*)\1\s*$/.exec(part);
    return name ? member(name[2] ?? '') : element(Number(part));
  });
  return (value) => steps.flatMap((step) => step(value));
}

const TOKEN =
  /(\.\.)|\.?([A-Za-z_$*@][\w$*-]*)|\.?\[((?:'[^']*'|"[^"]*"|\?\(.*?\)(?=\])|[^\]])*)\]/gs;

function stepsOf(path: string): Step[] {
  const steps: Step[] = [];
  let at = 0;
  for (const found of path.matchAll(TOKEN)) {
    if (found.index !== at) break;
    at += found[0].length;
    const [, deep, name, inner] = found;
    if (deep !== undefined) steps.push(descendants);
    else if (name === '*') steps.push(children);
    else if (name !== undefined) steps.push(member(name));
    else steps.push(bracketed(inner ?? ''));
  }
  if (at !== path.length) throw new SyntaxError(`the path '${path}' is not understood`);
  return steps;
}

function follow(values: unknown[], steps: readonly Step[]): unknown[] {
  return steps.reduce<unknown[]>((found, step) => found.flatMap(step), values);
}

/**
 * The one value at a JSON path; undefined if there is none, or more than one.
 * Throws SyntaxError for a path that is none.
 */
export function selectPath(value: unknown, path: string): unknown {
  const found = follow([value], stepsOf(path.replace(/^\$/, '')));
  return found.length === 1 ? found[0] : undefined;
}
