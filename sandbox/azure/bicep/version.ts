/** The version of the Bicep language that this compiler follows. */
export const COMPILER_VERSION = '0.49.2';
