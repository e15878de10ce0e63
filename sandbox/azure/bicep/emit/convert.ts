import type { ArrayNode, BinaryNode, Expression, ObjectNode, StringNode } from '../syntax/nodes.ts';
import { bare } from '../syntax/read.ts';
import type { LocalSymbol } from '../model/symbols.ts';
import { EmitError, NULL, append, asCall, call, integer, text } from './arm.ts';
import type { Arm, ArmCall, ArmProperty } from './arm.ts';
import { convertAccess, convertIndex } from './convert-access.ts';
import { convertCall } from './convert-call.ts';
import { symbolOf } from './context.ts';
import type { Context } from './context.ts';
import { moduleReference, resourceReference } from './references.ts';

/** The expression as a value of the template. */
export function convert(c: Context, node: Expression): Arm {
  switch (node.kind) {
    case 'string':
      return convertString(c, node);
    case 'integer':
      return { kind: 'int', digits: node.digits };
    case 'boolean':
      return { kind: 'bool', value: node.value };
    case 'null':
      return NULL;
    case 'parentheses':
    case 'nonnull':
      return convert(c, node.expression);
    case 'object':
      return convertObject(c, node);
    case 'array':
      return convertArray(c, node);
    case 'unary':
      if (node.operator === '!') return call('not', convert(c, node.operand));
      if (node.operand.kind === 'integer')
        return { kind: 'int', digits: `-${node.operand.digits}` };
      return call('sub', integer(0), convert(c, node.operand));
    case 'binary':
      return convertBinary(c, node);
    case 'ternary':
      return call(
        'if',
        convert(c, node.condition),
        convert(c, node.whenTrue),
        convert(c, node.whenFalse),
      );
    case 'variable':
      return convertVariable(c, node);
    case 'call':
      return convertCall(c, node);
    case 'access':
      return convertAccess(c, node);
    case 'index':
      return convertIndex(c, node);
    case 'nested': {
      const symbol = symbolOf(c, node);
      if (symbol?.kind !== 'resource') break;
      return resourceReference(c, { symbol, index: undefined }, true);
    }
    case 'lambda':
      return call(
        'lambda',
        ...node.parameters.map((p) => text(p.name.name)),
        convert(c, node.body),
      );
    case 'for':
      return {
        kind: 'loop',
        source: convert(c, node.source),
        body: loopBody(c, node.body),
        at: { start: node.start, end: node.end },
      };
    case 'if':
    case 'missing':
      break;
  }
  throw new EmitError(node, 'This expression is not supported here.');
}

/** What is read of a resource stays an expression in a loop, even if it is a text that is known. */
export function loopBody(c: Context, node: Expression): Arm {
  const body = convert(c, node);
  return body.kind === 'string' && isRead(node) ? asCall(body) : body;
}

/** Whether a value is read of something, also where `any()` hides its type. */
function isRead(node: Expression): boolean {
  const inner = bare(node);
  const [given] = inner.kind === 'call' && inner.name.name === 'any' ? inner.arguments : [];
  return given ? isRead(given) : inner.kind === 'access';
}

/** Literal text of a format string: braces are doubled. */
const formatText = (segment: string): string => segment.replaceAll('{', '{{').replaceAll('}', '}}');

function convertString(c: Context, node: StringNode): Arm {
  if (node.expressions.length === 0) return text(node.segments[0] ?? '');
  const format = node.segments
    .map((segment, i) => (i === 0 ? '' : `{${i - 1}}`) + formatText(segment))
    .join('');
  return call('format', text(format), ...node.expressions.map((e) => convert(c, e)));
}

function convertObject(c: Context, node: ObjectNode): Arm {
  const chunks: Arm[] = [];
  let current: ArmProperty[] = [];
  let spread = false;
  const flush = (): void => {
    if (current.length > 0) chunks.push({ kind: 'object', properties: current });
    current = [];
  };
  for (const member of node.members) {
    if (member.kind === 'spread') {
      flush();
      chunks.push(convert(c, member.expression));
      spread = true;
    } else {
      current.push(convertProperty(c, member));
    }
  }
  flush();
  const [only] = chunks;
  if (!only) return { kind: 'object', properties: [] };
  return spread ? call('shallowMerge', { kind: 'array', items: chunks }) : only;
}

/** One `key: value`. */
export function convertProperty(
  c: Context,
  member: ObjectNode['members'][number] & { kind: 'property' },
): ArmProperty {
  const key = member.key.kind === 'name' ? text(member.key.name) : convertString(c, member.key);
  return { key, value: convert(c, member.value) };
}

function convertArray(c: Context, node: ArrayNode): Arm {
  const chunks: Arm[] = [];
  let current: Arm[] = [];
  let spread = false;
  const flush = (): void => {
    if (current.length > 0) chunks.push({ kind: 'array', items: current });
    current = [];
  };
  for (const item of node.items) {
    if (item.kind === 'spread') {
      flush();
      chunks.push(convert(c, item.expression));
      spread = true;
    } else {
      current.push(convert(c, item));
    }
  }
  flush();
  const [only] = chunks;
  if (!only) return { kind: 'array', items: [] };
  return spread ? call('flatten', { kind: 'array', items: chunks }) : only;
}

const OPERATORS: Readonly<Record<string, string>> = {
  '||': 'or',
  '&&': 'and',
  '==': 'equals',
  '<': 'less',
  '<=': 'lessOrEquals',
  '>': 'greater',
  '>=': 'greaterOrEquals',
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'div',
  '%': 'mod',
  '??': 'coalesce',
};

function convertBinary(c: Context, node: BinaryNode): Arm {
  const left = convert(c, node.left);
  const right = convert(c, node.right);
  if (node.operator === '!=') return call('not', call('equals', left, right));
  if (node.operator === '=~' || node.operator === '!~') {
    const equal = call('equals', call('toLower', left), call('toLower', right));
    return node.operator === '=~' ? equal : call('not', equal);
  }
  const name = OPERATORS[node.operator];
  if (name === undefined)
    throw new EmitError(node, `The operator ${node.operator} is not supported.`);
  return call(name, left, right);
}

/** `copyIndex()` of the loop that a variable belongs to. */
export function copyIndex(c: Context, symbol: LocalSymbol): ArmCall {
  const isImported = c.importedLoop?.owner === symbol.owner;
  const name = isImported ? c.importedLoop?.name : symbol.loopName;
  return name === undefined ? call('copyIndex') : call('copyIndex', text(name));
}

/** The variable of a loop when the loop stands at that index. */
export function loopVariable(c: Context, symbol: LocalSymbol, index: Arm): Arm {
  if (symbol.role === 'index') return index;
  if (symbol.owner.kind !== 'for') return NULL;
  return append(asCall(convert(c, symbol.owner.source)), index);
}

function convertLocal(c: Context, symbol: LocalSymbol): Arm {
  const replacement = c.locals.get(symbol);
  if (replacement) return replacement;
  switch (symbol.role) {
    case 'lambda':
      return call('lambdaVariables', text(symbol.name));
    case 'parameter':
      return call('parameters', text(symbol.name));
    case 'item':
    case 'index':
      return loopVariable(c, symbol, copyIndex(c, symbol));
  }
}

/** What the name `base` becomes. */
export const BASE = '<base>';

function convertVariable(c: Context, node: Expression & { kind: 'variable' }): Arm {
  const symbol = symbolOf(c, node);
  switch (symbol?.kind) {
    case 'param':
      return call('parameters', text(symbol.name));
    case 'var':
      if (c.inlined.has(symbol)) return convert(c, symbol.node.value);
      return call('variables', text(c.imports.nameOf(symbol)));
    case 'resource':
      return resourceReference(c, { symbol, index: undefined }, true);
    case 'module':
      return moduleReference(c, { symbol, index: undefined });
    case 'local':
      return convertLocal(c, symbol);
    case 'base':
      // Only in a parameters file, whose expressions are evaluated here and never written as they are.
      return call(BASE);
    case 'imported': {
      const target = c.imports.target(symbol);
      if (target?.kind === 'var') return call('variables', text(c.imports.nameOf(target)));
      break;
    }
    default:
      break;
  }
  throw new EmitError(
    node,
    `The name "${node.name.name}" is not a parameter, variable, resource or module.`,
    'BCP063',
  );
}
