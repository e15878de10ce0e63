import { evaluate } from './evaluate/evaluate.ts';
import type { Frame } from './evaluate/frame.ts';
import { evaluateTree } from './evaluate/tree.ts';
import { someCall } from './expression/ast.ts';
import type { Expression } from './expression/ast.ts';
import { escapeLiteral, isExpression } from './expression/parse.ts';
import { literalExpression, printExpression } from './expression/print.ts';
import { isRunTimeFunction } from './functions/registry.ts';
import { getProperty, isObject, setProperty } from './json.ts';
import type { JsonObject, JsonValue } from './json.ts';
import { isDeploymentType } from './resources/declaration.ts';

/** Loops of the nested template: their copyIndex() is known only when that template is expanded. */
interface Late {
  names: ReadonlySet<string>;
  /** Whether copyIndex() without a name belongs to a loop of the nested template. */
  unnamed: boolean;
}

const NOTHING_LATE: Late = { names: new Set(), unnamed: false };

/**
 * A nested template of outer scope with the parent's parameters, variables and functions put in, so
 * that it can be planned on its own. reference() and list*() in its resources stay: they ask about
 * resources that it deploys itself. Outputs are evaluated at once, as in Azure, where they can't
 * refer to resources of the nested template
 * (https://learn.microsoft.com/azure/azure-resource-manager/templates/linked-templates#expression-evaluation-scope-in-nested-templates).
 */
export function specialise(template: JsonObject, frame: Frame, path: string): JsonObject {
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(template)) {
    switch (key.toLowerCase()) {
      case 'parameters':
        // Nothing inside can refer to them, but they may be given, and then they must fit their
        // types.
        result[key] = literal(evaluateTree(value, frame, `${path}.${key}`));
        break;
      case 'variables':
      case 'functions':
        break;
      case 'resources':
        result[key] = mapResources(value, frame, `${path}.${key}`);
        break;
      case 'outputs':
        result[key] = literal(evaluateOutputs(value, frame, `${path}.${key}`));
        break;
      default:
        result[key] = value;
    }
  }
  return result;
}

function evaluateOutputs(outputs: JsonValue, frame: Frame, path: string): JsonValue {
  if (!isObject(outputs)) return outputs;
  const result: JsonObject = {};
  for (const [name, output] of Object.entries(outputs)) {
    const condition = isObject(output) ? getProperty(output, 'condition') : undefined;
    if (condition !== undefined && evaluateTree(condition, frame, path) === false) continue;
    setProperty(result, name, evaluateTree(output, frame, `${path}.${name}`));
  }
  return result;
}

function mapResources(resources: JsonValue, frame: Frame, path: string): JsonValue {
  if (Array.isArray(resources)) {
    return resources.map((item, i) => mapResource(item, frame, NOTHING_LATE, `${path}[${i}]`));
  }
  if (!isObject(resources)) return resources;
  const result: JsonObject = {};
  for (const [symbol, item] of Object.entries(resources)) {
    setProperty(result, symbol, mapResource(item, frame, NOTHING_LATE, `${path}.${symbol}`));
  }
  return result;
}

function mapResource(resource: JsonValue, frame: Frame, outer: Late, path: string): JsonValue {
  if (!isObject(resource)) return resource;
  const copy = getProperty(resource, 'copy');
  const loop = isObject(copy) ? getProperty(copy, 'name') : undefined;
  const late: Late = {
    names: new Set([...outer.names, ...(typeof loop === 'string' ? [loop.toLowerCase()] : [])]),
    unnamed: outer.unnamed || isObject(copy),
  };
  const type = getProperty(resource, 'type');
  const nested = typeof type === 'string' && isDeploymentType(type);
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(resource)) {
    const at = `${path}.${key}`;
    if (key.toLowerCase() === 'resources' && Array.isArray(value)) {
      result[key] = value.map((item, i) => mapResource(item, frame, late, `${at}[${i}]`));
    } else if (key.toLowerCase() === 'properties' && nested && isObject(value)) {
      result[key] = mapDeployment(value, frame, late, at);
    } else {
      result[key] = partial(value, frame, late, at);
    }
  }
  return result;
}

/**
 * The properties of a deployment inside the nested template: inner templates are a world of their
 * own.
 */
function mapDeployment(properties: JsonObject, frame: Frame, late: Late, path: string): JsonObject {
  const inner = evaluationScope(properties) === 'inner';
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(properties)) {
    if (key.toLowerCase() !== 'template')
      result[key] = partial(value, frame, late, `${path}.${key}`);
    else if (inner || !isObject(value)) result[key] = value;
    else result[key] = specialise(value, frame, `${path}.${key}`);
  }
  return result;
}

/** 'inner' or 'outer', which is the default. */
export function evaluationScope(properties: JsonObject): 'inner' | 'outer' {
  const options = getProperty(properties, 'expressionEvaluationOptions');
  const scope = isObject(options) ? getProperty(options, 'scope') : undefined;
  return typeof scope === 'string' && scope.toLowerCase() === 'inner' ? 'inner' : 'outer';
}

function partial(value: JsonValue, frame: Frame, late: Late, path: string): JsonValue {
  if (typeof value === 'string') return partialText(value, frame, late);
  if (Array.isArray(value))
    return value.map((item, i) => partial(item, frame, late, `${path}[${i}]`));
  if (!isObject(value)) return value;
  const inner = withPropertyLoops(value, late);
  const result: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    const name = partialText(key, frame, inner);
    setProperty(
      result,
      typeof name === 'string' ? name : key,
      partial(item, frame, inner, `${path}.${key}`),
    );
  }
  return result;
}

function withPropertyLoops(value: JsonObject, late: Late): Late {
  const copy = getProperty(value, 'copy');
  if (!Array.isArray(copy)) return late;
  const names = copy.map((item) => (isObject(item) ? getProperty(item, 'name') : undefined));
  const own = names.filter((name) => typeof name === 'string').map((name) => name.toLowerCase());
  return { names: new Set([...late.names, ...own]), unnamed: late.unnamed };
}

function partialText(text: string, frame: Frame, late: Late): JsonValue {
  if (!isExpression(text)) return text;
  const expression = frame.context.parse(text);
  if (!isLate(expression, late)) return literal(evaluate(expression, frame));
  return `[${printExpression(reduce(expression, frame, late))}]`;
}

/**
 * What is left of an expression when everything but reference() and list*() is evaluated, as text; what-if
 * shows that where the value is not known.
 */
export function remainder(text: string, frame: Frame): JsonValue {
  return partialText(text, frame, NOTHING_LATE);
}

function isLate(expression: Expression, late: Late): boolean {
  return someCall(expression, (name, call) => {
    if (isRunTimeFunction(name)) return true;
    if (name !== 'copyindex') return false;
    const [first] = call.args;
    return first?.kind === 'string' ? late.names.has(first.value.toLowerCase()) : late.unnamed;
  });
}

/** Whether every lambdaVariables() of the expression belongs to a lambda inside it. */
function isClosed(expression: Expression, bound: ReadonlySet<string> = new Set()): boolean {
  switch (expression.kind) {
    case 'string':
    case 'number':
      return true;
    case 'property':
      return isClosed(expression.base, bound);
    case 'index':
      return isClosed(expression.base, bound) && isClosed(expression.index, bound);
    case 'call': {
      const [first] = expression.args;
      if (expression.name.toLowerCase() === 'lambdavariables') {
        return first?.kind === 'string' && bound.has(first.value.toLowerCase());
      }
      if (expression.name.toLowerCase() !== 'lambda') {
        return expression.args.every((arg) => isClosed(arg, bound));
      }
      const names = expression.args
        .slice(0, -1)
        .map((arg) => (arg.kind === 'string' ? arg.value : ''));
      const inside = new Set([...bound, ...names.map((name) => name.toLowerCase())]);
      return expression.args.slice(-1).every((arg) => isClosed(arg, inside));
    }
  }
}

function reduce(expression: Expression, frame: Frame, late: Late): Expression {
  const isLambda = expression.kind === 'call' && expression.name.toLowerCase() === 'lambda';
  if (!isLambda && isClosed(expression) && !isLate(expression, late)) {
    return literalExpression(evaluate(expression, frame), expression.at);
  }
  switch (expression.kind) {
    case 'call':
      return { ...expression, args: expression.args.map((arg) => reduce(arg, frame, late)) };
    case 'property':
      return { ...expression, base: reduce(expression.base, frame, late) };
    case 'index':
      return {
        ...expression,
        base: reduce(expression.base, frame, late),
        index: reduce(expression.index, frame, late),
      };
    case 'string':
    case 'number':
      return expression;
  }
}

/** A value as template text: strings that look like expressions are escaped. */
function literal(value: JsonValue): JsonValue {
  if (typeof value === 'string') return escapeLiteral(value);
  if (Array.isArray(value)) return value.map((item) => literal(item));
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    setProperty(result, escapeLiteral(key), literal(item));
  }
  return result;
}
