import type { TemplateDocument } from './document.ts';
import { EngineError, invalidTemplate } from './engine-error.ts';
import type {
  Frame,
  Place,
  ReferenceLookup,
  ReferenceTarget,
  TemplateContext,
  UserFunction,
} from './evaluate/frame.ts';
import { evaluateTree, expandCopies, isCopyList } from './evaluate/tree.ts';
import type { Expression } from './expression/ast.ts';
import { parseExpression } from './expression/parse.ts';
import { readUserFunctions } from './functions-section.ts';
import { findKey, setProperty, typeName } from './json.ts';
import type { JsonObject, JsonValue } from './json.ts';
import { Parameters } from './parameters/parameters.ts';
import { validateValue } from './parameters/validate.ts';
import type { ResourceIndex } from './resources/lookup.ts';
import { targetOf } from './resources/lookup.ts';
import type { TemplateHost } from './types.ts';

/** Everything that the expressions of one template can see. */
export class Context implements TemplateContext {
  readonly host: TemplateHost;
  readonly document: JsonObject;
  readonly symbolic: boolean;
  readonly parameters: Parameters;
  /** Set once the resources are expanded; before that no expression may refer to one. */
  index: ResourceIndex | undefined;
  private readonly source: TemplateDocument;
  private readonly functions: Map<string, UserFunction>;
  private readonly expressions = new Map<string, Expression>();
  private readonly variables = new Map<string, JsonValue>();
  private readonly pending = new Set<string>();
  private readonly loops: Map<string, () => JsonValue>;
  private shownParameters: JsonObject | undefined;

  constructor(source: TemplateDocument, given: JsonObject, host: TemplateHost) {
    this.source = source;
    this.host = host;
    this.document = source.json;
    this.symbolic = source.symbolic;
    this.functions = readUserFunctions(source.functions);
    this.parameters = new Parameters(source.parameters, given, source.definitions, host, () =>
      this.frame('parameter'),
    );
    this.loops = this.variableLoops();
  }

  frame(place: Place, phase: Frame['phase'] = 'plan'): Frame {
    return { context: this, place, phase, copies: [], lambdas: new Map(), locals: undefined };
  }

  parse(text: string): Expression {
    const known = this.expressions.get(text);
    if (known !== undefined) return known;
    const expression = parseExpression(text);
    this.expressions.set(text, expression);
    return expression;
  }

  parameter(name: string): JsonValue {
    return this.parameters.value(name);
  }

  hasVariable(name: string): boolean {
    return this.loops.has(name.toLowerCase()) || findKey(this.source.variables, name) !== undefined;
  }

  userFunctions(): ReadonlyMap<string, UserFunction> {
    return this.functions;
  }

  variable(name: string): JsonValue {
    const lower = name.toLowerCase();
    const known = this.variables.get(lower);
    if (known !== undefined) return known;
    if (!this.hasVariable(name)) {
      throw invalidTemplate(`The template variable '${name}' is not found.`);
    }
    if (this.pending.has(lower)) {
      throw invalidTemplate(
        `The template variable '${name}' depends on itself.`,
        `variables.${name}`,
      );
    }
    this.pending.add(lower);
    try {
      const value = this.evaluateVariable(name);
      this.variables.set(lower, value);
      return value;
    } catch (error) {
      throw inVariable(error, name);
    } finally {
      this.pending.delete(lower);
    }
  }

  userFunction(name: string): UserFunction | undefined {
    return this.functions.get(name.toLowerCase());
  }

  checkType(value: JsonValue, type: JsonObject, what: string): void {
    validateValue(value, type, '', {
      definitions: this.source.definitions,
      unknown: this.host.partial?.stands,
      invalid: (_, where, problem) =>
        invalidTemplate(
          `${what} is not valid${where === '' ? '' : ` (at '${where}')`}. ${problem}`,
        ),
      mistyped: (bad, where, expected) =>
        invalidTemplate(
          `${what} JToken type is not valid${where === '' ? '' : ` (at '${where}')`}. ` +
            `Expected '${expected}'. Actual '${typeName(bad)}'.`,
        ),
    });
  }

  lookup(reference: string): ReferenceLookup {
    return this.index?.lookup(reference) ?? { kind: 'none' };
  }

  byId(id: string): ReferenceTarget | undefined {
    const node = this.index?.byId(id);
    return node === undefined ? undefined : targetOf(node);
  }

  parameterValues(): JsonObject {
    if (this.shownParameters === undefined) {
      const shown: JsonObject = {};
      for (const [name, { type, value }] of Object.entries(this.parameters.summary())) {
        setProperty(shown, name, value === undefined ? { type } : { type, value });
      }
      this.shownParameters = shown;
    }
    return this.shownParameters;
  }

  private evaluateVariable(name: string): JsonValue {
    const loop = this.loops.get(name.toLowerCase());
    if (loop !== undefined) return loop();
    const key = findKey(this.source.variables, name) ?? name;
    const value = this.source.variables[key] ?? null;
    return evaluateTree(value, this.frame('variable'), `variables.${key}`);
  }

  /** variables.copy: each loop is a variable of its own. */
  private variableLoops(): Map<string, () => JsonValue> {
    const key = findKey(this.source.variables, 'copy');
    const list = key === undefined ? undefined : this.source.variables[key];
    if (list === undefined || !isCopyList(list)) return new Map();
    const frame = this.frame('variable');
    return new Map(
      expandCopies(list, frame, 'variable', 'variables.copy').map(([name, items]) => [
        name.toLowerCase(),
        items,
      ]),
    );
  }
}

const NAMED = /^The template (?:variable|resource|output) '/;

function inVariable(error: unknown, name: string): unknown {
  if (!(error instanceof EngineError) || error.code !== 'InvalidTemplate') return error;
  if (NAMED.test(error.message)) return error;
  const message = `The template variable '${name}' is not valid: ${error.message}`;
  return new EngineError(error.code, message, {
    target: error.target ?? `variables.${name}`,
    cause: error,
  });
}
