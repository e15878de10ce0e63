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
