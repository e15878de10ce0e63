/** Replaces secrets in log lines, in their plain form and the forms the agent knows. */
export class Masker {
  readonly #secrets = new Set<string>();

  /** Each line of a secret is masked by itself, as logs are read by line. */
  add(secret: string): void {
    for (const line of [secret, ...secret.split(/\r?\n/)]) {
      const value = line.trim();
      if (value === '') continue;
      this.#secrets.add(value);
      this.#secrets.add(JSON.stringify(value).slice(1, -1));
      this.#secrets.add(uri(value));
    }
  }

  mask(text: string): string {
    const ranges: [number, number][] = [];
    for (const secret of this.#secrets) {
      for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1)) {
        ranges.push([at, at + secret.length]);
      }
    }
    if (ranges.length === 0) return text;
    ranges.sort((a, b) => a[0] - b[0]);
    let result = '';
    let end = 0;
    for (const [from, to] of ranges) {
      // Overlapping and touching secrets become one mask: none of them may show by its rest.
      if (from > end || end === 0) result += `${text.slice(end, from)}***`;
      end = Math.max(end, to);
    }
    return result + text.slice(end);
  }
}

function uri(value: string): string {
  try {
    return encodeURIComponent(value);
  } catch {
    // A lone surrogate has no such form.
    return value;
  }
}
