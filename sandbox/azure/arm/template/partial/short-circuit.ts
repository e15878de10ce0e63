/** What is said of a nested deployment whose resources cannot be told yet. */
export interface ShortCircuit {
  level: string;
  code: string;
  target: string;
  message: string;
}

/** https://github.com/Azure/arm-template-whatif/issues/157 */
export function shortCircuit(target: string): ShortCircuit {
  return {
    level: 'Warning',
    code: 'NestedDeploymentShortCircuited',
    target,
    message:
      'A nested deployment got short-circuited and all its resources got skipped from validation. This is due ' +
      'to a nested template having a parameter that was not fully evaluated (e.g. contains a reference() ' +
      'function). Please see https://aka.ms/WhatIfEvalStopped for more guidance.',
  };
}
