/** Numbers that look random and are the same for the same seed, from 0 up to 1. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    // A linear congruential generator with the constants of Numerical Recipes; its high bits.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

type Mutation = (bytes: Buffer, next: () => number) => Buffer;

const block = 512;
const names = [
  '../x',
  '/x',
  'index.json',
  'manifest.json',
  'oci-layout',
  'a/../b',
  '',
  '.',
  'a\0b',
];
const kinds = '\x00012345678gxLKSVMX';
const sizes = ['0', '1', '777', '77777777777', '-1', '8', 'zz', ' ', '\x80', '\xff\xff\xff\xff'];
const words: readonly [RegExp, readonly string[]][] = [
  [/sha256:/, ['sha512:', 'SHA256:', 'sha256:../', 'md5:']],
  [/"size":\d+/, ['"size":-1', '"size":1e99', '"size":"1"', '"size":99999999999999']],
  [/"schemaVersion":2/, ['"schemaVersion":1', '"schemaVersion":"2"', '"schemaVersion":[2]']],
  [/manifest\.v1/, ['index.v1', 'manifest.v2', 'config.v1', '']],
  [/"layers":\[/, ['"layers":[[', '"layers":{[', '"layers":[{},', '"manifests":[]  ,"layers":[']],
  [/"Layers":\[/, ['"Layers":[null,', '"Layers":["../../x",', '"Layers":["manifest.json",']],
  [/"diff_ids":\[/, ['"diff_ids":["",', '"diff_ids":[1,', '"diff_ids":{', '"diff_ids":[[[']],
  [/"Config":"/, ['"Config":"../', '"Config":"/etc/passwd', '"Config":["']],
  [/[0-9a-f]{64}/, ['0'.repeat(64), 'f'.repeat(63), '/'.repeat(64)]],
];

/** Ways to damage an archive, from noise to what an attacker would write. */
const mutations: readonly Mutation[] = [
  (bytes, next) => {
    for (let count = 1 + at(next, 20); count > 0; count -= 1) {
      bytes[at(next, bytes.length)] = at(next, 256);
    }
    return bytes;
  },
  (bytes, next) => bytes.subarray(0, at(next, bytes.length)),
  (bytes, next) => bytes.subarray(0, block * at(next, bytes.length / block)),
  (bytes, next) => splice(bytes, next, (from, to) => Buffer.concat([from, to])),
  (bytes, next) => splice(bytes, next, (from, to) => Buffer.concat([from, from, to])),
  (bytes, next) => splice(bytes, next, (from, to) => Buffer.concat([to, from])),
  (bytes, next) => Buffer.concat([bytes, bytes.subarray(block * at(next, bytes.length / block))]),
  (bytes, next) => header(bytes, next, (h) => text(h, 0, 100, pick(names, next))),
  (bytes, next) => header(bytes, next, (h) => (h[156] = kinds.charCodeAt(at(next, kinds.length)))),
  (bytes, next) => header(bytes, next, (h) => text(h, 124, 12, pick(sizes, next))),
  (bytes, next) =>
    header(bytes, next, (h) => {
      h[156] = pick(['1', '2'], next).charCodeAt(0);
      text(h, 124, 12, '0');
      text(h, 157, 100, pick([...names, '../../etc/passwd', '/etc/shadow'], next));
    }),
  (bytes, next) => {
    const [pattern, others] = pick(words, next);
    const before = bytes.toString('latin1');
    const all = [...before.matchAll(new RegExp(pattern, 'g'))];
    const found = all[at(next, all.length)];
    if (found === undefined) return bytes;
    // As long as it was, so that the archive around it stays right.
    const other = pick(others, next).slice(0, found[0].length).padEnd(found[0].length);
    bytes.write(other, found.index, 'latin1');
    return bytes;
  },
];

/** One to four mutations of a copy. */
export function mutate(archive: Buffer, next: () => number): Buffer {
  let bytes = Buffer.from(archive);
  for (let count = 1 + at(next, 4); count > 0 && bytes.length > 0; count -= 1) {
    bytes = Buffer.from(pick(mutations, next)(bytes, next));
  }
  return bytes;
}

function at(next: () => number, length: number): number {
  return Math.floor(next() * length);
}

export function pick<T>(items: readonly T[], next: () => number): T {
  return items[at(next, items.length)] as T;
}

/** Cuts a range of blocks out and puts together what is left. */
function splice(
  bytes: Buffer,
  next: () => number,
  join: (cut: Buffer, rest: Buffer) => Buffer,
): Buffer {
  const blocks = Math.floor(bytes.length / block);
  const from = block * at(next, blocks);
  const to = Math.min(bytes.length, from + block * (1 + at(next, 4)));
  const rest = join(bytes.subarray(from, to), bytes.subarray(to));
  return Buffer.concat([bytes.subarray(0, from), rest]);
}

/** Changes a header, with a checksum that is right again. */
function header(bytes: Buffer, next: () => number, change: (header: Buffer) => void): Buffer {
  const headers: number[] = [];
  for (let offset = 0; offset + block <= bytes.length; offset += block) {
    if (bytes.toString('latin1', offset + 257, offset + 262) === 'ustar') headers.push(offset);
  }
  if (headers.length === 0) return bytes;
  const offset = pick(headers, next);
  const one = bytes.subarray(offset, offset + block);
  change(one);
  one.fill(' ', 148, 156);
  const sum = one.reduce((total, byte) => total + byte, 0);
  one.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return bytes;
}

function text(bytes: Buffer, offset: number, length: number, value: string): void {
  bytes.fill(0, offset, offset + length);
  bytes.write(value, offset, length, 'latin1');
}
