import type { Expression as Formula } from '../../arm/template/expression/ast.ts';
import {
  isExpression,
  parseExpression,
  unescapeLiteral,
} from '../../arm/template/expression/parse.ts';
import { isObject } from '../../arm/template/json.ts';
import type { JsonObject, JsonValue } from '../../arm/template/json.ts';
import type { CallNode, Expression, LambdaNode, Name } from '../syntax/nodes.ts';
import type { TypeJsonNode, TypeNameNode } from '../syntax/type-nodes.ts';
import { emptyModel } from './model.ts';
import type { JsonTemplate, Model } from './model.ts';
import type { FuncSymbol, TypeSymbol, VarSymbol } from './symbols.ts';

// Nothing of a compiled template has a place in a Bicep file.
const nowhere = { start: 0, end: 0 };
const nameNode = (name: string): Name => ({ kind: 'name', name, ...nowhere });
const callNode = (name: string, given: Expression[]): CallNode => ({
  kind: 'call',
  base: undefined,
  name: nameNode(name),
  arguments: given,
  ...nowhere,
});

const EXPORTED = [callNode('export', [])];

const objectAt = (value: unknown, name: string): JsonObject => {
  const member = isObject(value) ? value[name] : undefined;
  return isObject(member) ? member : {};
};

const isMarked = (value: JsonValue | undefined): boolean =>
  objectAt(value, 'metadata')['__bicep_export!'] === true;

function described(value: JsonValue): CallNode[] {
  const { description } = objectAt(value, 'metadata');
  if (typeof description !== 'string') return [];
  const text: Expression = { kind: 'string', segments: [description], expressions: [], ...nowhere };
  return [callNode('description', [text])];
}

/** What `$ref: '#/definitions/x'` names. */
function definitionName(ref: string): string | undefined {
  const found = /^#\/definitions\/([^/]+)/.exec(ref)?.[1];
  return found?.replaceAll('~1', '/').replaceAll('~0', '~');
}

function refsIn(value: JsonValue | undefined, found: Set<string>): Set<string> {
  if (Array.isArray(value)) for (const item of value) refsIn(item, found);
  if (!isObject(value)) return found;
  for (const [key, item] of Object.entries(value)) {
    if (key === '$ref' && typeof item === 'string') found.add(definitionName(item) ?? '');
    else refsIn(item, found);
  }
  return found;
}

/** A compiled template as a file that others import from: its types, variables and functions as symbols. */
class Reader {
  readonly model: Model;
  readonly #template: Record<string, unknown>;

  constructor({ path, template }: JsonTemplate) {
    this.#template = template;
    this.model = emptyModel('bicep', path, '');
    this.#declare();
    this.#fill();
  }

  /** All names first: what they stand for may need one another. */
  #declare(): void {
    const { symbols } = this.model;
    const none: TypeJsonNode = { kind: 'type-json', json: {}, references: [], ...nowhere };
    for (const [name, json] of Object.entries(objectAt(this.#template, 'definitions'))) {
      const decorators = isMarked(json) ? EXPORTED : [];
      const node = { kind: 'type' as const, name: nameNode(name), type: none, decorators };
      symbols.set(name, { kind: 'type', name, node: { ...node, ...nowhere } });
    }
    const metadata = objectAt(this.#template, 'metadata')['__bicep_exported_variables!'];
    const exported = new Set(
      (Array.isArray(metadata) ? metadata : []).map((item) => (isObject(item) ? item['name'] : '')),
    );
    for (const name of Object.keys(objectAt(this.#template, 'variables'))) {
      const decorators = exported.has(name) ? EXPORTED : [];
      const value: Expression = { kind: 'missing', ...nowhere };
      const node = { kind: 'var' as const, name: nameNode(name), type: undefined, value };
      symbols.set(name, { kind: 'var', name, node: { ...node, decorators, ...nowhere } });
    }
    for (const [name, json] of this.#functions()) {
      const decorators = [...(isMarked(json) ? EXPORTED : []), ...described(json)];
      const lambda: LambdaNode = {
        kind: 'lambda',
        parameters: [],
        body: { kind: 'missing', ...nowhere },
        ...nowhere,
      };
      const node = { kind: 'func' as const, name: nameNode(name), lambda, decorators, ...nowhere };
      symbols.set(name, { kind: 'func', name, node });
    }
  }

  #functions(): [string, JsonValue][] {
    const spaces = this.#template['functions'];
    return (Array.isArray(spaces) ? (spaces as JsonValue[]) : []).flatMap((space) => {
      const namespace = isObject(space) ? String(space['namespace']) : '';
      return Object.entries(objectAt(space, 'members')).map(([name, json]): [string, JsonValue] => [
        namespace === '__bicep' ? name : `${namespace}.${name}`,
        json,
      ]);
    });
  }

  #fill(): void {
    const { symbols } = this.model;
    for (const [name, json] of Object.entries(objectAt(this.#template, 'definitions'))) {
      (symbols.get(name) as TypeSymbol).node.type = this.#type(json);
    }
    for (const [name, json] of Object.entries(objectAt(this.#template, 'variables'))) {
      (symbols.get(name) as VarSymbol).node.value = this.#value(json);
    }
    for (const [name, json] of this.#functions()) {
      const { lambda } = (symbols.get(name) as FuncSymbol).node;
      const parameters =
        isObject(json) && Array.isArray(json['parameters']) ? json['parameters'] : [];
      lambda.parameters = parameters.map((parameter) => {
        const { name: given, ...type } = isObject(parameter) ? parameter : {};
        return { kind: 'local', name: nameNode(String(given)), type: this.#type(type), ...nowhere };
      });
      const { value = null, ...type } = objectAt(json, 'output');
      lambda.returns = this.#type(type);
      lambda.body = this.#value(value);
    }
  }

  #type(json: JsonValue | undefined): TypeJsonNode {
    const references = [...refsIn(json, new Set())].map((name): TypeNameNode => {
      const node: TypeNameNode = { kind: 'type-name', name: nameNode(name), ...nowhere };
      const symbol = this.model.symbols.get(name);
      if (symbol) this.model.references.set(node, symbol);
      return node;
    });
    return { kind: 'type-json', json: isObject(json) ? json : {}, references, ...nowhere };
  }

  #value(value: JsonValue): Expression {
    if (typeof value === 'string') {
      if (isExpression(value)) return this.#formula(parseExpression(value));
      return { kind: 'string', segments: [unescapeLiteral(value)], expressions: [], ...nowhere };
    }
    if (typeof value === 'number') {
      const digits = String(Math.abs(value));
      if (!Number.isInteger(value)) return callNode('json', [this.#value(String(value))]);
      const operand: Expression = { kind: 'integer', digits, ...nowhere };
      return value < 0 ? { kind: 'unary', operator: '-', operand, ...nowhere } : operand;
    }
    if (typeof value === 'boolean') return { kind: 'boolean', value, ...nowhere };
    if (value === null) return { kind: 'null', ...nowhere };
    if (Array.isArray(value)) {
      return { kind: 'array', items: value.map((item) => this.#value(item)), ...nowhere };
    }
    const members = Object.entries(value).map(([key, item]) => ({
      kind: 'property' as const,
      key: nameNode(key),
      value: this.#value(item),
      ...nowhere,
    }));
    return { kind: 'object', members, resources: [], ...nowhere };
  }

  #formula(formula: Formula): Expression {
    switch (formula.kind) {
      case 'string':
        return { kind: 'string', segments: [formula.value], expressions: [], ...nowhere };
      case 'number':
        return this.#value(formula.value);
      case 'property': {
        const base = this.#formula(formula.base);
        return { kind: 'access', base, name: nameNode(formula.name), safe: false, ...nowhere };
      }
      case 'index': {
        const base = this.#formula(formula.base);
        const index = this.#formula(formula.index);
        return { kind: 'index', base, index, safe: false, fromEnd: false, ...nowhere };
      }
      case 'call':
        return this.#call(formula);
    }
  }

  /** Variables and functions of the template become names, which the importing file may give others to. */
  #call({ name, args }: Formula & { kind: 'call' }): Expression {
    const [first] = args;
    const { symbols, references } = this.model;
    if (name === 'variables' && first?.kind === 'string') {
      const node: Expression = { kind: 'variable', name: nameNode(first.value), ...nowhere };
      const symbol = symbols.get(first.value);
      if (symbol) references.set(node, symbol);
      return node;
    }
    const given = args.map((arg) => this.#formula(arg));
    const own = symbols.get(name.replace(/^__bicep\./, ''));
    const node = callNode(own?.kind === 'func' ? own.name : name, given);
    if (own?.kind === 'func') references.set(node, own);
    return node;
  }
}

const known = new WeakMap<JsonTemplate, Model>();

/** What a compiled template exports, as if it were a Bicep file. Throws EngineError for expressions that are none. */
export function modelOfTemplate(template: JsonTemplate): Model {
  let model = known.get(template);
  if (!model) {
    ({ model } = new Reader(template));
    if (template.source !== undefined) model.source = template.source;
    known.set(template, model);
  }
  return model;
}
