import type { Frame, TemplateContext } from '../evaluate/frame.ts';
import { copyCount, evaluateAt, isCopyList } from '../evaluate/tree.ts';
import { someCall } from '../expression/ast.ts';
import { isExpression } from '../expression/parse.ts';
import { isRunTimeFunction } from '../functions/registry.ts';
import { getProperty, isObject } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';

const RUN_TIME_CALL = /\b(?:references?|list[a-z]*)\s*\(/i;

/** Whether a text of the template calls reference(), references() or a list function. */
export function asksForDeployed(text: string, context: TemplateContext): boolean {
  if (!isExpression(text) || !RUN_TIME_CALL.test(text)) return false;
  return someCall(context.parse(text), (name) => isRunTimeFunction(name));
}

/** All texts in a part of the template, keys included, that ask for deployed resources. */
export function* runTimeTexts(value: JsonValue, context: TemplateContext): Generator<string> {
  if (typeof value === 'string') {
    if (asksForDeployed(value, context)) yield value;
  } else if (Array.isArray(value)) {
    for (const item of value) yield* runTimeTexts(item, context);
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      yield* runTimeTexts(key, context);
      yield* runTimeTexts(item, context);
    }
  }
}

/**
 * Evaluates what can be evaluated before anything is deployed, for its errors: Azure refuses at
 * validation what is wrong in any case, and leaves only the rest for later.
 */
export function checkEarly(value: JsonValue, frame: Frame, path: string): void {
  if (typeof value === 'string') {
    if (!asksForDeployed(value, frame.context)) evaluateAt(value, frame, path);
  } else if (Array.isArray(value)) {
    value.forEach((item, i) => checkEarly(item, frame, `${path}[${i}]`));
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (key.toLowerCase() === 'copy' && isCopyList(item)) {
        item.forEach((loop, i) => checkLoop(loop, frame, `${path}.${key}[${i}]`));
      } else {
        checkEarly(key, frame, path);
        checkEarly(item, frame, `${path}.${key}`);
      }
    }
  }
}

function checkLoop(loop: JsonObject, frame: Frame, path: string): void {
  const name = getProperty(loop, 'name');
  const count = copyCount(getProperty(loop, 'count') ?? null, frame, `${path}.count`);
  const input = getProperty(loop, 'input') ?? null;
  if (typeof name !== 'string') return;
  for (let index = 0; index < count; index += 1) {
    const copies = [...frame.copies, { name, index, kind: 'property' as const }];
    checkEarly(input, { ...frame, copies }, `${path}.input`);
  }
}
