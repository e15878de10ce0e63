'use strict';
/**
 * The first file of every packaged task: runs program.js, the bundle beside it, with the code that V8 has compiled from
 * it already, where this engine's is there (docs/adr/0007). Without it the bundle is compiled as ever.
 */
const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');

/** Bytes of the SHA-256 that a code cache begins with: V8 looks at versions and lengths only, and runs damaged code. */
const sumLength = 32;

/** Undefined if there is none for this engine, or a damaged one. */
function codeCache() {
  const { platform, arch, versions } = process;
  try {
    const file = readFileSync(join(__dirname, `program.${platform}-${arch}-${versions.v8}.cache`));
    const code = file.subarray(sumLength);
    const sum = createHash('sha256').update(code).digest();
    return sum.equals(file.subarray(0, sumLength)) ? code : undefined;
  } catch {
    return undefined;
  }
}

const filename = join(__dirname, 'program.js');
// The script is one function with the parameters of a CommonJS module.
const script = new Script(readFileSync(filename, 'utf8'), { filename, cachedData: codeCache() });
script.runInThisContext()(exports, require, module, filename, __dirname);
