import type { Problem } from './descriptor.ts';

/** Deeper than any document of an image. */
const depthLimit = 64;

/**
 * Parses a document of an image. JSON.parse itself takes any depth, but little that touches the
 * value afterwards does.
 *
 * @returns undefined when it cannot be parsed; the fault went to `problem`
 */
export function parseJson(bytes: Buffer, problem: Problem): unknown {
  if (depthOf(bytes) > depthLimit) {
    problem(`has JSON nested deeper than ${depthLimit} levels`, 'IMAGE_TOO_LARGE');
    return undefined;
  }
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    problem(`is not JSON: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

const [quote, backslash, open, openList, close, closeList] = Buffer.from('"\\{[}]');

/** How deep objects and lists are nested, strings left out. */
function depthOf(bytes: Buffer): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (inString) {
      if (byte === backslash) at += 1;
      else if (byte === quote) inString = false;
    } else if (byte === quote) inString = true;
    else if (byte === open || byte === openList) deepest = Math.max(deepest, (depth += 1));
    else if (byte === close || byte === closeList) depth -= 1;
  }
  return deepest;
}
