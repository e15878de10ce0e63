import type { Context } from './context.ts';
import { EngineError, invalidTemplate } from './engine-error.ts';
import type { EngineErrorDetail } from './engine-error.ts';
import type { Frame } from './evaluate/frame.ts';
import { copyCount, evaluateTree } from './evaluate/tree.ts';
import { clone, getProperty, isObject, typeName } from './json.ts';
import type { JsonObject, JsonValue } from './json.ts';
import { resolveType } from './parameters/resolve.ts';
import { baseType, isSecure, typeLabel } from './parameters/schema.ts';
import type { PlannedOutput } from './types.ts';

interface Evaluated {
  type: string;
  secure: boolean;
  value: JsonValue;
}

/**
 * The outputs of a deployment whose resources are all there. Throws
 * DeploymentOutputEvaluationFailed.
 */
export class Outputs {
  private readonly declared: JsonObject;
  private readonly definitions: JsonObject;
  private readonly context: Context;
  private evaluated: Record<string, Evaluated> | undefined;

  constructor(declared: JsonObject, definitions: JsonObject, context: Context) {
    this.declared = declared;
    this.definitions = definitions;
    this.context = context;
  }

  /** As GET on the deployment shows them: secure outputs without a value. */
  shown(): Record<string, PlannedOutput> {
    return this.collect(false);
  }

  withSecureValues(): Record<string, PlannedOutput> {
    return this.collect(true);
  }

  private collect(secureToo: boolean): Record<string, PlannedOutput> {
    this.evaluated ??= this.evaluateAll();
    const result: Record<string, PlannedOutput> = {};
    for (const [name, { type, secure, value }] of Object.entries(this.evaluated)) {
      result[name] = secure && !secureToo ? { type } : { type, value: clone(value) };
    }
    return result;
  }

  private evaluateAll(): Record<string, Evaluated> {
    const result: Record<string, Evaluated> = {};
    const failures: EngineErrorDetail[] = [];
    const frame = this.context.frame('output', 'run');
    for (const [name, declared] of Object.entries(this.declared)) {
      if (!isObject(declared)) continue;
      try {
        const output = this.evaluateOne(name, declared, frame);
        if (output !== undefined) result[name] = output;
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        failures.push({
          code: 'DeploymentOutputEvaluationFailed',
          target: name,
          message: `The template output '${name}' is not valid: ${error.message}`,
        });
      }
    }
    if (failures.length > 0) {
      const names = failures.map((failure) => failure.target).join(', ');
      throw new EngineError(
        'DeploymentOutputEvaluationFailed',
        `Unable to evaluate template outputs: '${names}'. Please see error details and ` +
          'deployment operations.',
        { details: failures },
      );
    }
    return result;
  }

  private evaluateOne(name: string, declared: JsonObject, frame: Frame): Evaluated | undefined {
    const path = `outputs.${name}`;
    const condition = getProperty(declared, 'condition');
    if (condition !== undefined) {
      const value = evaluateTree(condition, frame, `${path}.condition`);
      if (typeof value !== 'boolean') {
        throw invalidTemplate(
          `The condition must be a boolean; it is of type '${typeName(value)}'.`,
          path,
        );
      }
      if (!value) return undefined;
    }
    const type = resolveType(declared, this.definitions, path);
    // Anything may go out of an output without a type.
    const base = getProperty(type, 'type') === undefined ? undefined : baseType(type, path);
    const value = this.valueOf(declared, frame, path);
    this.context.checkType(value, declared, 'Template output');
    const label = base === undefined ? typeName(value) : typeLabel(base);
    return { type: label, secure: base !== undefined && isSecure(base), value };
  }

  private valueOf(declared: JsonObject, frame: Frame, path: string): JsonValue {
    const copy = getProperty(declared, 'copy');
    const value = getProperty(declared, 'value');
    if (copy === undefined) {
      if (value === undefined) throw invalidTemplate('An output must have a value.', path);
      return evaluateTree(value, frame, `${path}.value`);
    }
    const input = isObject(copy) ? getProperty(copy, 'input') : undefined;
    if (!isObject(copy) || input === undefined || value !== undefined) {
      throw invalidTemplate(
        "An output has either a value or a copy with 'count' and 'input'.",
        path,
      );
    }
    const count = copyCount(getProperty(copy, 'count') ?? null, frame, `${path}.copy.count`);
    return Array.from({ length: count }, (_, index) =>
      evaluateTree(
        input,
        { ...frame, copies: [{ name: undefined, index, kind: 'output' }] },
        `${path}.copy.input`,
      ),
    );
  }
}
