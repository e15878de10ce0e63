/** Replaces every masked text by `***`. */
export interface Redactor {
  /** Returns the forms that were not known yet, for the agent's own masker. */
  add(secret: string): string[];
  redact(text: string): string;
}

/** Parts of a multi-line secret below this would hide brackets and blanks everywhere. */
const shortestPart = 4;

/** The forms in which a secret may turn up in a log. */
function formsOf(secret: string): string[] {
  if (secret.trim() === '') return [];
  const escaped = JSON.stringify(secret).slice(1, -1);
  const forms = [secret, secret.trim(), escaped];
  const lines = secret.split(/\r\n|\r|\n/);
  if (lines.length > 1) {
    for (const line of lines) {
      const part = line.trim();
      if (part.length >= shortestPart) forms.push(line, part, JSON.stringify(part).slice(1, -1));
    }
  }
  try {
    forms.push(encodeURIComponent(secret));
  } catch {
    // A lone surrogate cannot be part of a URL, so there is no such form.
  }
  return forms.filter((form) => form.trim() !== '');
}

export function createRedactor(): Redactor {
  const known = new Set<string>();
  let longestFirst: string[] = [];
  return {
    add(secret) {
      const fresh = [...new Set(formsOf(secret))].filter((form) => !known.has(form));
      for (const form of fresh) known.add(form);
      longestFirst = [...known].sort((a, b) => b.length - a.length);
      return fresh;
    },
    redact(text) {
      let result = text;
      for (const form of longestFirst) {
        if (result.includes(form)) result = result.split(form).join('***');
      }
      return result;
    },
  };
}
