import type { Expression, Name } from '../syntax/nodes.ts';
import { literalText, unwrapBody } from '../syntax/read.ts';
import type { ResourceNode, StatementNode } from '../syntax/statements.ts';
import type { Model } from './model.ts';
import { report } from './model.ts';
import { isAllowed, refusalOf } from './statement-kinds.ts';
import type { DeclaredSymbol, ModuleSymbol, ResourceSymbol, Scope } from './symbols.ts';

const SCOPES: ReadonlySet<string> = new Set([
  'tenant',
  'managementGroup',
  'subscription',
  'resourceGroup',
]);

/** What sort of name is declared twice, with the code for it. */
interface Repetition {
  what: string;
  code: string;
}

const IDENTIFIER: Repetition = { what: 'Identifier', code: 'BCP028' };

function duplicate(model: Model, { name, ...at }: Name, { what, code }: Repetition): void {
  const message = `${what} "${name}" is declared multiple times. Remove or rename the duplicates.`;
  report(model, at, code, message);
}

/** Names that are declared more than once are reported at each place. */
class Names {
  private readonly seen = new Map<string, Name>();
  private readonly reported = new Set<string>();
  private readonly model: Model;
  private readonly repetition: Repetition;

  constructor(model: Model, repetition = IDENTIFIER) {
    this.model = model;
    this.repetition = repetition;
  }

  add(name: Name): boolean {
    const first = this.seen.get(name.name);
    if (!first) {
      this.seen.set(name.name, name);
      return true;
    }
    if (!this.reported.has(name.name)) duplicate(this.model, first, this.repetition);
    this.reported.add(name.name);
    duplicate(this.model, name, this.repetition);
    return false;
  }
}

interface TypeReference {
  type: string;
  apiVersion: string;
}

const API_VERSION = /^\d{4}-\d\d-\d\d(-(preview|alpha|beta|rc|privatepreview))?$/i;

function readType(model: Model, node: Expression, outer: TypeReference | undefined): TypeReference {
  const text = literalText(node);
  const found =
    text === undefined ? null : /^([^@\s/]+(?:\/[^@\s/]+)*)(?:@([A-Za-z0-9.-]+))?$/.exec(text);
  const type = found?.[1] ?? '';
  const version = found?.[2];
  if (outer) {
    if (!found) {
      report(
        model,
        node,
        'BCP157',
        'The resource type cannot be determined due to an error in the containing resource.',
      );
    } else if (type.includes('/')) {
      report(
        model,
        node,
        'BCP156',
        `The resource type segment "${text}" is invalid. Nested resources must specify a single type segment, and optionally can specify an api version using the format "<type>@<apiVersion>".`,
      );
    }
    return { type: `${outer.type}/${type}`, apiVersion: version ?? outer.apiVersion };
  }
  if (text === undefined) {
    const message = 'String interpolation is unsupported for specifying the resource type.';
    report(model, node, 'BCP047', message);
  } else if (!found || !type.includes('/') || !API_VERSION.test(version ?? '')) {
    report(
      model,
      node,
      'BCP029',
      'The resource type is not valid. Specify a valid resource type of format "<type-name>@<apiVersion>".',
    );
  }
  return { type, apiVersion: version ?? '' };
}

function resourceSymbol(
  model: Model,
  node: ResourceNode,
  outer: ResourceSymbol | undefined,
): ResourceSymbol {
  const { type, apiVersion } = readType(model, node.type, outer);
  const { loop, condition, body } = unwrapBody(node.value);
  const { name } = node.name;
  const symbol: ResourceSymbol = {
    kind: 'resource',
    name,
    node,
    outer,
    children: [],
    type,
    apiVersion,
    existing: node.existing,
    loop,
    condition,
    body,
  };
  const names = new Names(model);
  for (const child of body?.resources ?? []) {
    if (loop || outer?.loop) {
      report(
        model,
        child,
        'BCP160',
        'A nested resource cannot appear inside of a resource with a for-expression.',
      );
    }
    if (names.add(child.name)) symbol.children.push(resourceSymbol(model, child, symbol));
  }
  return symbol;
}

/** Children first, as templates list them. */
function flatten(symbol: ResourceSymbol): ResourceSymbol[] {
  return [...symbol.children.flatMap(flatten), symbol];
}

function declareModule(statement: StatementNode & { kind: 'module' }): ModuleSymbol {
  const parts = unwrapBody(statement.value);
  return {
    kind: 'module',
    name: statement.name.name,
    node: statement,
    target: undefined,
    ...parts,
  };
}

function setScope(model: Model, value: Expression): void {
  const text = literalText(value);
  if (text !== undefined && SCOPES.has(text)) {
    model.targetScope = text as Scope;
    return;
  }
  const allowed = [...SCOPES].map((s) => `'${s}'`).join(' | ');
  report(
    model,
    value,
    'BCP033',
    `Expected a value of type "${allowed}" but the provided value is of type "${text === undefined ? 'string' : `'${text}'`}".`,
  );
}

/** Enters everything that a file declares into its model. */
export function declare(model: Model): void {
  const names = new Names(model);
  const outputs = new Names(model, { what: 'Output', code: 'BCP145' });
  const metadata = new Names(model);
  const enter = (name: Name, symbol: DeclaredSymbol): boolean => {
    const fresh = names.add(name);
    if (fresh) model.symbols.set(name.name, symbol);
    return fresh;
  };
  let scopes = 0;
  for (const statement of model.program.statements) {
    if (!isAllowed(model, statement)) continue;
    switch (statement.kind) {
      case 'targetScope':
        if (scopes++ > 0) {
          report(
            model,
            statement,
            'BCP112',
            'The "targetScope" cannot be declared multiple times in one file.',
          );
        }
        setScope(model, statement.value);
        break;
      case 'metadata':
        if (metadata.add(statement.name)) model.metadata.push(statement);
        break;
      case 'param': {
        const symbol = { kind: 'param' as const, name: statement.name.name, node: statement };
        if (enter(statement.name, symbol)) model.params.push(symbol);
        break;
      }
      case 'var': {
        const symbol = { kind: 'var' as const, name: statement.name.name, node: statement };
        if (enter(statement.name, symbol)) model.vars.push(symbol);
        break;
      }
      case 'resource': {
        const symbol = resourceSymbol(model, statement, undefined);
        if (enter(statement.name, symbol)) model.resources.push(...flatten(symbol));
        break;
      }
      case 'module': {
        const symbol = declareModule(statement);
        if (enter(statement.name, symbol)) model.modules.push(symbol);
        break;
      }
      case 'output':
        if (outputs.add(statement.name)) model.outputs.push(statement);
        break;
      case 'type':
        enter(statement.name, { kind: 'type', name: statement.name.name, node: statement });
        break;
      case 'func': {
        const parameters = new Names(model);
        for (const { name } of statement.lambda.parameters) parameters.add(name);
        enter(statement.name, { kind: 'func', name: statement.name.name, node: statement });
        break;
      }
      case 'import':
        for (const { name, original } of statement.items) {
          const { name: text } = name;
          enter(name, { kind: 'imported', name: text, at: name, original, target: undefined });
        }
        if (statement.wildcard) {
          const at = statement.wildcard;
          enter(at, { kind: 'wildcard', name: at.name, at, target: undefined });
        }
        break;
      case 'using':
      case 'extends':
        break;
      case 'unsupported':
        report(model, statement, ...refusalOf(statement.what));
        break;
    }
  }
}
