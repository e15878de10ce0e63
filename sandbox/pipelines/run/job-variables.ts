import type { Mapping } from '../expressions/value.ts';

export interface Variable {
  name: string;
  value: string;
  secret: boolean;
  readonly: boolean;
}

/** Variables of one job. Names ignore letter case. */
export class JobVariables {
  readonly #all = new Map<string, Variable>();
  /** Values of the YAML may refer to other variables; values set by tasks are taken as they are. */
  readonly #nested = new Set<string>();

  /** A value from the YAML or the service. */
  define(
    name: string,
    value: string,
    options: { secret?: boolean; readonly?: boolean } = {},
  ): void {
    const { secret = false, readonly = false } = options;
    this.#all.set(name.toLowerCase(), { name, value, secret, readonly });
    this.#nested.add(name.toLowerCase());
  }

  /** A value that a step sets. What was once secret stays secret. */
  set(name: string, value: string, options: { secret?: boolean; readonly?: boolean } = {}): void {
    const folded = name.toLowerCase();
    const before = this.#all.get(folded);
    const secret = options.secret === true || before?.secret === true;
    const readonly = options.readonly === true;
    this.#all.set(folded, { name: before?.name ?? name, value, secret, readonly });
    this.#nested.delete(folded);
  }

  get(name: string): string | undefined {
    return this.#value(name.toLowerCase(), new Set());
  }

  find(name: string): Variable | undefined {
    const found = this.#all.get(name.toLowerCase());
    return found && { ...found, value: this.get(name) ?? '' };
  }

  /** With their values expanded. */
  all(): Variable[] {
    return [...this.#all.values()].map((variable) => ({
      ...variable,
      value: this.get(variable.name) ?? '',
    }));
  }

  /** For expressions: secrets are not visible in them. */
  mapping(): Mapping {
    return new Map(this.all().map(({ name, value, secret }) => [name, secret ? '***' : value]));
  }

  /** Replaces `$(name)`; what is not defined stays as it is. One pass: values are not read again. */
  expand(text: string): string {
    return expandMacros(text, (name) => this.get(name));
  }

  #value(folded: string, open: Set<string>): string | undefined {
    const variable = this.#all.get(folded);
    if (!variable || !this.#nested.has(folded)) return variable?.value;
    open.add(folded);
    const value = expandMacros(variable.value, (name) => {
      const inner = name.toLowerCase();
      return open.has(inner) ? undefined : this.#value(inner, open);
    });
    open.delete(folded);
    return value;
  }
}

/** AG: Microsoft.VisualStudio.Services.Agent/Util/VarUtil.cs, ExpandValues */
export function expandMacros(text: string, find: (name: string) => string | undefined): string {
  let result = '';
  let at = 0;
  for (;;) {
    const open = text.indexOf('$(', at);
    const close = open < 0 ? -1 : text.indexOf(')', open + 2);
    if (close < 0) return result + text.slice(at);
    const value = find(text.slice(open + 2, close));
    if (value === undefined) {
      // The name may hold another macro: go on right behind the dollar.
      result += text.slice(at, open + 1);
      at = open + 1;
    } else {
      result += text.slice(at, open) + value;
      at = close + 1;
    }
  }
}
