/** A finding of the Bicep compiler; line and column are one-based. */
export interface Diagnostic {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly level: 'info' | 'warning' | 'error';
  /** For example `BCP057`. */
  readonly code: string;
  readonly message: string;
}

export interface Compilation {
  /** JSON text of the ARM template; undefined when there are errors. */
  readonly template: string | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Parameters and outputs as the Bicep file declares them. */
export interface BicepMetadata {
  readonly parameters: readonly { readonly name: string; readonly type: string | undefined }[];
  readonly outputs: readonly { readonly name: string; readonly type: string | undefined }[];
}

/** A compiled parameters file. */
export interface ParamsCompilation {
  /** JSON text of an ARM parameters file; undefined when there are errors. */
  readonly parameters: string | undefined;
  /** JSON text of the template that `using` names; undefined with errors, `using none` or a template spec. */
  readonly template: string | undefined;
  /** Resource id of the template spec that `using` names. */
  readonly templateSpecId: string | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Where a predicted deployment would go; what is left out stays an expression. */
export interface SnapshotPlace {
  readonly subscriptionId?: string;
  readonly resourceGroup?: string;
  readonly location?: string;
}

/** A running Bicep CLI. Every method throws BICEP_FAILED when the CLI breaks off. */
export interface BicepCompiler {
  /** Where the CLI is. */
  readonly path: string;
  version(): Promise<string>;
  /** `file` is absolute. Errors in the file are diagnostics, not exceptions. */
  compile(file: string): Promise<Compilation>;
  /** `file` is absolute; an override takes the place of the file's own assignment, or adds one. */
  compileParams(
    file: string,
    overrides: Readonly<Record<string, unknown>>,
  ): Promise<ParamsCompilation>;
  metadata(file: string): Promise<BicepMetadata>;
  /** JSON text of what a `.bicepparam` file would deploy; undefined for a CLI before 0.36.1, which cannot tell. */
  snapshot(file: string, place: SnapshotPlace): Promise<string | undefined>;
  /** Ends the process. Must be called; may be called twice. */
  dispose(): Promise<void>;
}
