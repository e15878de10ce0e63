import type { Frame } from './evaluate/frame.ts';
import type { JsonValue } from './json.ts';

/** One entry of the `details` of an ARM error body. */
export interface EngineErrorDetail {
  code: string;
  message: string;
  target?: string;
  details?: EngineErrorDetail[];
}

/**
 * A template that cannot be planned, or an expression that cannot be evaluated.
 *
 * `code` is what Resource Manager puts in `error.code` ('InvalidTemplate', 'ResourceNotFound',
 * ...), `message` is the text without ARM's wrapper sentence, `target` is the place in the template
 * ('resources[2].properties.sku').
 */
export class EngineError extends Error {
  readonly code: string;
  readonly target: string | undefined;
  readonly details: readonly EngineErrorDetail[];

  constructor(
    code: string,
    message: string,
    options: { target?: string; details?: readonly EngineErrorDetail[]; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'EngineError';
    this.code = code;
    this.target = options.target;
    this.details = options.details ?? [];
  }

  /**
   * The same error with a place, unless it has one already: the innermost place is the exact one.
   */
  at(target: string): EngineError {
    if (this.target !== undefined || target === '') return this;
    return new EngineError(this.code, this.message, {
      target,
      details: this.details,
      cause: this.cause,
    });
  }
}

/**
 * A host that looks ahead throws this from reference() or a list function whose answer it does not
 * have; the string that asked then gets `standIn(text, frame)` for its value.
 */
export class Unevaluated extends Error {
  override readonly name = 'Unevaluated';
  readonly standIn: (text: string, frame: Frame) => JsonValue;

  constructor(standIn: (text: string, frame: Frame) => JsonValue) {
    super('the value is known only once the resource is deployed');
    this.standIn = standIn;
  }
}

/** The most common kind: the template itself is wrong. */
export function invalidTemplate(message: string, target?: string): EngineError {
  return new EngineError('InvalidTemplate', message, target === undefined ? {} : { target });
}
