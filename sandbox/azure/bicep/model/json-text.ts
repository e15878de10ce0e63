/**
 * Parses JSON that may hold comments and, unless it is `strict`, trailing commas, as the compiler's own readers do.
 * Throws SyntaxError.
 */
export function parseJsonC(text: string, commas: 'strict' | 'trailing' = 'trailing'): unknown {
  const plain = text.replace(/^\uFEFF/, '');
  try {
    return JSON.parse(plain);
  } catch {
    const uncommented = withoutComments(plain);
    return JSON.parse(commas === 'strict' ? uncommented : withoutTrailingCommas(uncommented));
  }
}

function withoutComments(text: string): string {
  // Strings are matched first, so that what looks like a comment inside one stays.
  return text.replace(
    /("(?:\\.|[^"\\])*")|\/\/[^\r\n]*|\/\*[\s\S]*?\*\//g,
    (_, string?: string) => string ?? ' ',
  );
}

function withoutTrailingCommas(text: string): string {
  return text.replace(
    /("(?:\\.|[^"\\])*")|,(\s*[}\]])/g,
    (_, string?: string, closing?: string) => string ?? closing ?? '',
  );
}
