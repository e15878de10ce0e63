import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { listenTls } from '../../sandbox/http/tls-server.ts';
import { issuesOf } from '../support/packaged-task.ts';
import { startPackagedDeploy, standIn, type PackagedDeploy } from './stamp-deploy-world.ts';

const downloads = 'downloads.bicep.azure.com';

describe('behind the proxy of the agent, the packaged task', function () {
  this.timeout(180_000);
  let world: PackagedDeploy;
  let microsoft: Awaited<ReturnType<typeof listenTls>>;
  let proxy: Server;
  let program: Buffer;
  /** `host:port` and the credentials of each tunnel. */
  const tunnels: [string, string | undefined][] = [];

  before(async () => {
    world = await startPackagedDeploy({ 'main.bicep': "output a string = 'b'\n" });
    await world.group('rg-proxy');
    program = await readFile(standIn);
    // The stand-in is a Node program; no Bicep CLI may be found beside Node.
    await mkdir(`${world.folder}/bin`);
    await symlink(process.execPath, `${world.folder}/bin/node`);
    microsoft = await listenTls({
      host: '127.0.0.1',
      port: 0,
      name: 'downloads',
      certificate: await world.run.sandbox.authority.issue([downloads]),
      handler: (request, response) => {
        request.resume();
        if (request.url === '/releases/latest') response.end('{"tag_name":"v0.46.1"}');
        else if (/^\/v0\.46\.1\/bicep-/.test(request.url ?? '')) response.end(program);
        else response.writeHead(404).end();
      },
    });
    proxy = createServer();
    proxy.on('connect', (request, client) => {
      const [host = '', port = '443'] = (request.url ?? '').split(':');
      tunnels.push([host, request.headers['proxy-authorization']]);
      const upstream = connect(
        host === downloads ? microsoft.port : Number(port),
        '127.0.0.1',
        () => {
          client.write('HTTP/1.1 200 Connection established\r\n\r\n');
          upstream.pipe(client).pipe(upstream);
        },
      );
      upstream.on('error', () => client.destroy());
      client.on('error', () => upstream.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  });
  after(async () => {
    proxy.closeAllConnections();
    proxy.close();
    await microsoft.close();
    await world.stop();
  });
  beforeEach(() => {
    tunnels.length = 0;
  });

  const sum = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

  function deploy(bicepChecksum: string) {
    const { port } = proxy.address() as AddressInfo;
    const inputs = {
      template: `${world.folder}/main.bicep`,
      resourceGroup: 'rg-proxy',
      bicepPath: '',
      bicepDownload: 'true',
      bicepChecksum,
    };
    return world.deploy(inputs, world.owner, {
      PATH: `${world.folder}/bin`,
      AGENT_TOOLSDIRECTORY: `${world.folder}/tools`,
      AGENT_PROXYURL: `http://127.0.0.1:${port}`,
      AGENT_PROXYUSERNAME: 'agent',
      SECRET_AGENT_PROXYPASSWORD: 'proxy password',
      VSTS_SECRET_VARIABLES: '["Agent.ProxyPassword"]',
      AGENT_PROXYBYPASSLIST: '["localhost"]',
    });
  }

  it('does not keep or run a download with another checksum', async () => {
    const ended = await deploy(sum(Buffer.from('another')));
    assert.match(
      issuesOf(ended),
      /BICEP_CHECKSUM: https:\/\/downloads\.bicep\.azure\.com\/.* has the SHA-256/,
    );
    await assert.rejects(readFile(`${world.folder}/tools/bicep/0.46.1/${process.arch}/bicep`));
  });

  it('downloads the Bicep CLI through it, and reaches what it may reach directly', async () => {
    const ended = await deploy(sum(program));
    assert.equal(ended.result, 'Succeeded', ended.output);
    assert.match(ended.output, /downloading it, as bicepDownload allows/);
    const credentials = `Basic ${Buffer.from('agent:proxy password').toString('base64')}`;
    assert.deepEqual(new Set(tunnels.map(([host]) => host)), new Set([downloads]));
    assert.equal(tunnels[0]?.[1], credentials);
    assert.equal(
      ended.lines.some((line) => line.includes('proxy password')),
      false,
    );
    const kept = await readFile(`${world.folder}/tools/bicep/0.46.1/${process.arch}/bicep`);
    assert.equal(sum(kept), sum(program));
  });
});
