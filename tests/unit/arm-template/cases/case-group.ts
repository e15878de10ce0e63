/** Expressions with their values, and where it is written that these are the values. */
export interface CaseGroup {
  source: string;
  /** Without the outer brackets. */
  cases: readonly (readonly [expression: string, expected: unknown])[];
}

export const DOCS =
  'https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-';
export const BICEP_DOCS =
  'https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions-';
/** Results of deployments, written down by the authors of a template linter. */
export const RECORDED =
  'https://github.com/mikeclayton/Kingsland.ArmLinter (recorded from deployments)';
export const BASELINE =
  'https://github.com/Azure/bicep/tree/main/src/Bicep.Core.Samples/Files/baselines_bicepparam/Expressions';
export const DOTNET = 'https://learn.microsoft.com/dotnet/standard/base-types/';
