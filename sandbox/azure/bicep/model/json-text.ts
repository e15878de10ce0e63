/** Parses JSON that may hold comments and trailing commas, as the compiler's own reader does. Throws SyntaxError. */
export function parseJsonC(text: string): unknown {
  const plain = text.replace(/^\uFEFF/, '');
  try {
    return JSON.parse(plain);
  } catch {
    return JSON.parse(withoutComments(plain));
  }
}

function withoutComments(text: string): string {
  // Strings are matched first, so that what looks like a comment inside one stays.
  const uncommented = text.replace(
    /("(?:\\.|[^"\\])*")|\/\/[^\r\n]*|\/\*[\s\S]*?\*\//g,
    (_, string?: string) => string ?? ' ',
  );
  return uncommented.replace(
    /("(?:\\.|[^"\\])*")|,(\s*[}\]])/g,
    (_, string?: string, closing?: string) => string ?? closing ?? '',
  );
}

/** The first value at a simple JSON path (`$.a.b[0]['c']`); undefined if there is none. */
export function selectPath(value: unknown, path: string): unknown {
  const steps = [
    ...path.replace(/^\$/, '').matchAll(/\.?([A-Za-z_$][\w$-]*)|\[(\d+)\]|\['([^']*)'\]/g),
  ];
  let current = value;
  for (const [, name, index, quoted] of steps) {
    if (typeof current !== 'object' || current === null) return undefined;
    const key = name ?? quoted ?? index ?? '';
    if (!Object.hasOwn(current, key)) return undefined;
    current = (current as Record<string, unknown>)[key];
  }
  return current;
}
