import { Context } from './context.ts';
import { readDocument } from './document.ts';
import type { TemplateDocument } from './document.ts';
import { EngineError, invalidTemplate } from './engine-error.ts';
import { checkCount, unknownFunction } from './evaluate/evaluate.ts';
import type { Place } from './evaluate/frame.ts';
import { visitExpression } from './expression/ast.ts';
import type { FunctionCall } from './expression/ast.ts';
import { isExpression } from './expression/parse.ts';
import { findFunction, isRunTimeFunction } from './functions/registry.ts';
import { notHere } from './functions/scope.ts';
import { findKey, getProperty, isObject } from './json.ts';
import type { JsonObject, JsonValue } from './json.ts';
import { evaluationScope } from './outer.ts';
import { checkNames, missingParameters } from './parameters/parameters.ts';
import { declarations, isDeploymentType } from './resources/declaration.ts';
import type { Declaration } from './resources/declaration.ts';

/**
 * Looks at every expression of a template before anything is evaluated, nested templates included:
 * syntax, unknown functions, wrong numbers of arguments, parameters and variables that are not
 * there, functions that are not allowed where they stand. Throws the first problem.
 */
export function checkTemplate(document: TemplateDocument, context: Context): Declaration[] {
  const checker = new Checker(document, context);
  checker.check();
  return checker.resources;
}

class Checker {
  readonly resources: Declaration[];
  private readonly document: TemplateDocument;
  private readonly context: Context;

  constructor(document: TemplateDocument, context: Context) {
    this.document = document;
    this.context = context;
    this.resources = declarations(document);
  }

  check(): void {
    for (const [name, parameter] of Object.entries(this.document.parameters)) {
      const value = isObject(parameter) ? getProperty(parameter, 'defaultValue') : undefined;
      this.named('parameter', name, () => {
        this.tree(value ?? null, 'parameter', `parameters.${name}.defaultValue`);
      });
    }
    for (const [name, value] of Object.entries(this.document.variables)) {
      this.named('variable', name, () => this.tree(value, 'variable', `variables.${name}`));
    }
    for (const { name, output, parameters } of this.context.userFunctions().values()) {
      const locals = parameters.map((parameter) => parameter.name.toLowerCase());
      this.named('function', name, () => this.tree(output.value, 'function', 'functions', locals));
    }
    for (const declaration of this.resources) this.resource(declaration);
    for (const [name, output] of Object.entries(this.document.outputs)) {
      this.named('output', name, () => this.tree(output, 'output', `outputs.${name}`));
    }
  }

  private resource(declaration: Declaration): void {
    const { json, path } = declaration;
    const name = String(getProperty(json, 'name'));
    const type = getProperty(json, 'type');
    const nested = typeof type === 'string' && isDeploymentType(type);
    this.named('resource', name, () => {
      for (const [key, value] of Object.entries(json)) {
        const lower = key.toLowerCase();
        if (lower === 'resources' || lower === 'metadata' || lower === 'comments') continue;
        if (lower === 'properties' && nested && isObject(value)) {
          this.deployment(value, `${path}.${key}`);
        } else {
          this.tree(value, 'resource', `${path}.${key}`);
        }
      }
    });
  }

  private deployment(properties: JsonObject, path: string): void {
    for (const [key, value] of Object.entries(properties)) {
      if (key.toLowerCase() !== 'template') this.tree(value, 'resource', `${path}.${key}`);
    }
    const template = getProperty(properties, 'template');
    if (!isObject(template)) return;
    const at = `${path}.template`;
    try {
      if (evaluationScope(properties) === 'inner') this.innerTemplate(template, properties);
      else this.outerTemplate(template);
    } catch (error) {
      throw error instanceof EngineError ? inside(error, at) : error;
    }
  }

  private innerTemplate(template: JsonObject, properties: JsonObject): void {
    const document = readDocument(template);
    // Only names are looked at here; values come when the nested deployment is planned.
    const given = getProperty(properties, 'parameters') ?? {};
    if (isObject(given) && !Object.keys(given).some((key) => isExpression(key))) {
      checkNames(document.parameters, given);
      const [missing] = missingParameters(document.parameters, given, document.definitions);
      if (missing !== undefined) {
        throw invalidTemplate(
          `The value for the template parameter '${missing}' is not provided.`,
          `parameters.${missing}`,
        );
      }
    }
    checkTemplate(document, new Context(document, {}, this.context.host));
  }

  /** Resources and outputs of an outer template see this template's parameters and variables. */
  private outerTemplate(template: JsonObject): void {
    const resources = declarations(readDocument(template));
    for (const declaration of resources) this.resource(declaration);
    const outputs = getProperty(template, 'outputs');
    if (outputs !== undefined) this.tree(outputs, 'output', 'outputs');
  }

  private named(kind: string, name: string, run: () => void): void {
    try {
      run();
    } catch (error) {
      if (!(error instanceof EngineError) || error.code !== 'InvalidTemplate') throw error;
      const message = `The template ${kind} '${name}' is not valid: ${error.message}`;
      throw new EngineError(error.code, message, {
        ...(error.target === undefined ? {} : { target: error.target }),
        cause: error,
      });
    }
  }

  private tree(value: JsonValue, place: Place, path: string, locals?: readonly string[]): void {
    if (typeof value === 'string') {
      if (isExpression(value)) this.expression(value, place, path, locals);
    } else if (Array.isArray(value)) {
      value.forEach((item, i) => this.tree(item, place, `${path}[${i}]`, locals));
    } else if (isObject(value)) {
      for (const [key, item] of Object.entries(value)) {
        if (isExpression(key)) this.expression(key, place, path, locals);
        this.tree(item, place, `${path}.${key}`, locals);
      }
    }
  }

  private expression(text: string, place: Place, path: string, locals?: readonly string[]): void {
    try {
      visitExpression(this.context.parse(text), (part) => {
        if (part.kind === 'call') this.call(part, place, locals);
      });
    } catch (error) {
      throw error instanceof EngineError ? error.at(path) : error;
    }
  }

  private call(call: FunctionCall, place: Place, locals: readonly string[] | undefined): void {
    const builtIn = findFunction(call.name);
    if (builtIn === undefined) {
      if (this.context.userFunction(call.name) === undefined) throw unknownFunction(call.name);
      return;
    }
    checkCount(builtIn, call);
    const lower = call.name.toLowerCase();
    const early = place === 'parameter' || place === 'variable' || place === 'function';
    if (early && isRunTimeFunction(lower)) throw notHere(builtIn.name);
    if ((lower === 'utcnow' || lower === 'newguid') && place !== 'parameter') {
      throw notHere(builtIn.name);
    }
    const [first] = call.args;
    if (first?.kind !== 'string') return;
    if (lower === 'parameters') this.parameter(first.value, locals);
    if (lower === 'variables') {
      if (place === 'parameter' || place === 'function') throw notHere('variables');
      if (!this.context.hasVariable(first.value)) {
        throw invalidTemplate(`The template variable '${first.value}' is not found.`);
      }
    }
  }

  private parameter(name: string, locals: readonly string[] | undefined): void {
    const found =
      locals === undefined
        ? findKey(this.document.parameters, name) !== undefined
        : locals.includes(name.toLowerCase());
    if (!found) throw invalidTemplate(`The template parameter '${name}' is not found.`);
  }
}

function inside(error: EngineError, path: string): EngineError {
  const target = error.target === undefined ? path : `${path}.${error.target}`;
  return new EngineError(error.code, error.message, {
    target,
    details: error.details,
    cause: error,
  });
}
