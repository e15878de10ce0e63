/** What a client meets, why, and the number of the reachability rule that says so. */
export interface Verdict {
  /**
   * `dropped`: no answer, the client times out. `refused`: a reset at once. `unknown`: the rules do
   * not say, or facts are missing.
   */
  result: 'allowed' | 'dropped' | 'refused' | 'unknown';
  why: string;
  rule: string;
}

export function verdict(result: Verdict['result'], why: string, rule: string): Verdict {
  return { result, why, rule };
}

export function dropped(why: string, rule: string): Verdict {
  return { result: 'dropped', why, rule };
}

export function unknown(why: string, rule: string): Verdict {
  return { result: 'unknown', why, rule };
}
