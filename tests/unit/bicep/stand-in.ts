import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** How a stand-in CLI behaves. */
export interface Behaviour {
  readonly version?: string;
  /** Result of bicep/compile. */
  readonly compile?: unknown;
  /** Result of bicep/compileParams. */
  readonly compileParams?: unknown;
  /** Text for stderr before it ends with code 3, instead of connecting. */
  readonly diesWith?: string;
  /** Ends in the middle of a compilation. */
  readonly dropsCompile?: boolean;
  /** Runs, but connects to nobody. */
  readonly deaf?: boolean;
  /** Says its version once only. */
  readonly nameless?: boolean;
  /** Answers a snapshot with what it was asked: the place, the name and the text of the file. */
  readonly echoesSnapshot?: boolean;
  /** Never answers a compilation. */
  readonly hangs?: boolean;
}

/** Writes a small Bicep CLI that speaks the real wire protocol, and a log of how it was called. */
export async function writeStandIn(
  behaviour: Behaviour,
  path?: string,
): Promise<{ path: string; directory: string; log: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'spk-'));
  const file = path ?? join(directory, 'bicep');
  const log = join(directory, 'calls.log');
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, program(behaviour, log));
  await chmod(file, 0o755);
  return { path: file, directory, log };
}

function program(behaviour: Behaviour, log: string): string {
  return `#!${process.execPath}
const { appendFileSync, readFileSync } = require('node:fs');
const { connect } = require('node:net');
const behaviour = ${JSON.stringify({ version: '0.36.1', ...behaviour })};
const args = process.argv.slice(2);
appendFileSync(${JSON.stringify(log)}, JSON.stringify({ args, env: process.env, pid: process.pid }) + '\\n');
if (args[0] === '--version') {
  console.log('Bicep CLI version ' + behaviour.version + ' (stand-in)');
  process.exit(0);
}
if (behaviour.diesWith !== undefined) {
  process.stderr.write(behaviour.diesWith);
  process.exit(3);
}
if (behaviour.deaf) { setInterval(() => {}, 1000); return; }
const socket = connect(args[2]);
let buffer = Buffer.alloc(0);
let asked = 0;
const send = (message) => {
  const text = JSON.stringify({ jsonrpc: '2.0', ...message });
  socket.write('Content-Length: ' + Buffer.byteLength(text) + '\\r\\n\\r\\n' + text);
};
const answer = ({ id, method, params }) => {
  if (method === 'bicep/version' && behaviour.nameless && (asked += 1) > 1)
    return send({ id, error: { code: -32601, message: 'no version' } });
  if (method === 'bicep/version') return send({ id, result: { version: behaviour.version } });
  if (method === 'bicep/getMetadata') {
    const range = { start: { line: 0, char: 0 }, end: { line: 0, char: 1 } };
    const parameters = [{ range, name: 'hub', type: { name: 'object' } }, { range, name: 'any' }];
    return send({ id, result: { metadata: [], parameters, outputs: [], exports: [] } });
  }
  if (method === 'bicep/compileParams') return send({ id, result: behaviour.compileParams });
  if (method === 'bicep/getSnapshot' && behaviour.echoesSnapshot) {
    const text = readFileSync(params.path, 'utf8');
    const asked = { place: params.metadata, path: params.path, text };
    return send({ id, result: { snapshot: JSON.stringify({ predictedResources: [], asked }) } });
  }
  if (method !== 'bicep/compile') return send({ id, error: { code: -32601, message: 'no ' + method } });
  if (behaviour.dropsCompile) { process.stderr.write('out of memory\\n'); process.exit(134); }
  if (behaviour.hangs) return;
  send({ id, result: behaviour.compile });
};
socket.on('data', (chunk) => {
  buffer = Buffer.concat([buffer, chunk]);
  for (;;) {
    const head = /^Content-Length: (\\d+)[^]*?\\r\\n\\r\\n/.exec(buffer.toString('latin1'));
    if (!head || buffer.length < head[0].length + Number(head[1])) return;
    const end = head[0].length + Number(head[1]);
    answer(JSON.parse(buffer.subarray(head[0].length, end).toString('utf8')));
    buffer = buffer.subarray(end);
  }
});
`;
}
