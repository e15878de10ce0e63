import type { EvaluationContext } from '../expressions/evaluate.ts';
import { ContextObject, member } from '../expressions/value.ts';
import type { Mapping, Value } from '../expressions/value.ts';
import type { Repositories } from './repositories.ts';
import { PipelineError } from './tree.ts';
import type { Position, SourceFile } from './tree.ts';

/** Current documentation: 100 levels of template nesting, 20 MB while parsing. */
const maximumNesting = 100;
const maximumCharacters = 20 * 1024 * 1024;

/** What all files of one expansion share. */
export class Expansion {
  readonly repositories: Repositories;
  #characters = 0;

  constructor(repositories: Repositories) {
    this.repositories = repositories;
  }

  /** Counts produced text. @throws PipelineError when the pipeline has become too large */
  spend(characters: number, at: Position): void {
    this.#characters += characters + 16;
    if (this.#characters > maximumCharacters) {
      throw new PipelineError('the expanded pipeline is larger than 20 MB', at);
    }
  }
}

/** Compile-time variables of a stage or job, seen through those of what surrounds it. */
export class VariableScope {
  readonly #parent: VariableScope | undefined;
  readonly #values = new Map<string, Value>();
  readonly #names = new Map<string, string>();

  constructor(parent?: VariableScope) {
    this.#parent = parent;
  }

  set(name: string, value: Value): void {
    this.#values.set(name.toLowerCase(), value);
    this.#names.set(name.toLowerCase(), name);
  }

  get(name: string): Value {
    const own = this.#values.get(name.toLowerCase());
    if (own !== undefined) return own;
    return this.#parent?.get(name) ?? null;
  }

  all(): Mapping {
    const result: Mapping = new Map(this.#parent?.all() ?? []);
    for (const [folded, value] of this.#values) {
      const name = this.#names.get(folded) ?? folded;
      for (const key of result.keys()) if (key.toLowerCase() === folded) result.delete(key);
      result.set(name, value);
    }
    return result;
  }
}

/** Where an expression stands: its file, and the names it can see. */
export class Scope implements EvaluationContext {
  readonly expansion: Expansion;
  readonly file: SourceFile;
  readonly variables: VariableScope;
  readonly names: ReadonlyMap<string, Value>;
  readonly nesting: number;

  constructor(o: {
    expansion: Expansion;
    file: SourceFile;
    variables: VariableScope;
    names: ReadonlyMap<string, Value>;
    nesting: number;
  }) {
    this.expansion = o.expansion;
    this.file = o.file;
    this.variables = o.variables;
    this.names = o.names;
    this.nesting = o.nesting;
  }

  /** The same place with one more name, such as a loop variable. */
  with(name: string, value: Value): Scope {
    const names = new Map(this.names);
    for (const key of names.keys()) if (key.toLowerCase() === name.toLowerCase()) names.delete(key);
    return new Scope({ ...this.#parts(), names: names.set(name, value) });
  }

  /** The same place inside a stage or job, which has variables of its own. */
  nested(): Scope {
    const variables = new VariableScope(this.variables);
    const names = new Map(this.names).set('variables', variableContext(variables));
    return new Scope({ ...this.#parts(), variables, names });
  }

  /** The start of an included file: it sees its parameters and the variables, no loop variable. */
  included(file: SourceFile, at: Position): Scope {
    if (this.nesting >= maximumNesting) {
      const depth = `deeper than ${String(maximumNesting)} levels`;
      const message = `template '${file.display}' is nested ${depth}`;
      throw new PipelineError(message, at);
    }
    const names = new Map<string, Value>([['variables', variableContext(this.variables)]]);
    const resources = member(this.names, 'resources');
    if (resources !== undefined) names.set('resources', resources);
    return new Scope({ ...this.#parts(), file, names, nesting: this.nesting + 1 });
  }

  #parts(): {
    expansion: Expansion;
    file: SourceFile;
    variables: VariableScope;
    names: ReadonlyMap<string, Value>;
    nesting: number;
  } {
    const { expansion, file, variables, names, nesting } = this;
    return { expansion, file, variables, names, nesting };
  }
}

/** The named value `variables`. */
export function variableContext(variables: VariableScope): ContextObject {
  return new ContextObject(
    (name) => variables.get(name),
    () => variables.all(),
  );
}
