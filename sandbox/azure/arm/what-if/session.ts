import { randomBytes } from 'node:crypto';
import { Unevaluated } from '../template/engine-error.ts';
import type { Frame } from '../template/evaluate/frame.ts';
import type { JsonValue } from '../template/json.ts';
import { remainder } from '../template/outer.ts';
import type { PlannedOutput } from '../template/types.ts';

/** A group that the template itself makes. */
export interface FutureGroup {
  id: string;
  name: string;
  location: string;
  tags?: Record<string, unknown>;
}

const token = /unevaluated[0-9a-f]{12}/gi;

/**
 * What one what-if learns while it expands templates. A value that is known only at run time travels as a
 * token, which survives as a parameter of a nested template, as part of a name and in string functions;
 * what is shown in the end is the text of its expression.
 */
export class Session {
  readonly #texts = new Map<string, string>();
  /** Outputs of the nested deployments of this what-if, by id in lower case. */
  readonly outputs = new Map<string, () => Record<string, PlannedOutput> | undefined>();
  /** By id in lower case. */
  readonly groups = new Map<string, FutureGroup>();

  /** The error with which reference() and list*() say that the answer is not known yet. */
  unknown(): Unevaluated {
    return new Unevaluated((text, frame) => this.#stand(text, frame));
  }

  /** Whether any part of a value is known only at run time. */
  isUnknown(value: unknown): boolean {
    if (typeof value === 'string') return new RegExp(token).test(value);
    if (Array.isArray(value)) return value.some((item) => this.isUnknown(item));
    if (typeof value !== 'object' || value === null) return false;
    return Object.entries(value).some(([key, item]) => this.isUnknown(key) || this.isUnknown(item));
  }

  /** The value with the texts of the expressions in place of tokens. */
  shown(value: unknown): unknown {
    return mapTexts(value, (text) =>
      text.replace(token, (found) => this.#texts.get(found.toLowerCase()) ?? found),
    );
  }

  /** The value with other tokens for the same texts: what changes with them is known only at run time. */
  varied(value: unknown): unknown {
    const others = new Map<string, string>();
    return mapTexts(value, (text) =>
      text.replace(token, (found) => {
        const other = others.get(found) ?? this.#token(this.#texts.get(found.toLowerCase()) ?? '');
        others.set(found, other);
        return other;
      }),
    );
  }

  #stand(text: string, frame: Frame): JsonValue {
    const rest = remainder(text, frame);
    return this.#token(String(this.shown(rest)));
  }

  #token(text: string): string {
    const made = `unevaluated${randomBytes(6).toString('hex')}`;
    this.#texts.set(made, text);
    return made;
  }
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [change(key), mapTexts(item, change)]),
  );
}
