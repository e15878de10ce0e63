import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { compile, compileParams } from '../../../sandbox/azure/bicep/compile.ts';
import type { CompileParamsResult, CompileResult } from '../../../sandbox/azure/bicep/compile.ts';

export type Files = Readonly<Record<string, string>>;

/** Runs an action in a new folder that holds the given files, and removes it. */
export function withFiles<T>(files: Files, action: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'bicep-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    return action(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Compiles a text as main.bicep, with other files beside it. */
export function compileText(text: string, others: Files = {}): CompileResult {
  return withFiles({ ...others, 'main.bicep': text }, (folder) =>
    compile(join(folder, 'main.bicep')),
  );
}

/** Compiles a text as main.bicepparam. */
export function compileParamsText(
  text: string,
  others: Files = {},
  overrides: Parameters<typeof compileParams>[1] = {},
): CompileParamsResult {
  return withFiles({ ...others, 'main.bicepparam': text }, (folder) =>
    compileParams(join(folder, 'main.bicepparam'), overrides),
  );
}

/** The findings as `line:column code`, counted from one; for those of other files with the file's name before. */
export function places({ diagnostics }: Pick<CompileResult, 'diagnostics'>): string[] {
  return diagnostics.map(({ source, range, code }) => {
    const file = source.slice(source.lastIndexOf('/') + 1);
    const at = `${range.start.line + 1}:${range.start.char + 1} ${code}`;
    return file.startsWith('main.') ? at : `${file} ${at}`;
  });
}

export function errors<T extends Pick<CompileResult, 'diagnostics'>>(result: T): T['diagnostics'] {
  return result.diagnostics.filter((d) => d.level === 'Error');
}
