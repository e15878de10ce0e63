import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from 'mocha';
import { freePort } from '../../scripts/bench/free-port.ts';
import { startServer, type RealServer } from '../support/real-server.ts';
import { finish } from '../support/start.ts';
import { createTestAuthority, type TestAuthority } from '../support/tls.ts';
import { findTool } from '../support/tools.ts';

/** The addresses of the real servers; each serves the port of its kind. */
export const at = {
  // BIND listens on addresses that an interface has, which of 127.0.0.0/8 is this one.
  bind: '127.0.0.1',
  nginx: '127.111.0.4',
  nginxOld: '127.111.0.5',
  haproxy: '127.111.0.6',
  postgres: '127.111.0.7',
  redis: '127.111.0.8',
  postgresPlain: '127.111.0.9',
  nginxChain: '127.111.0.10',
  nginxOpen: '127.111.0.11',
  nginxMtls: '127.111.0.12',
  /** Nothing listens here. */
  closed: '127.111.0.13',
} as const;

const domain = 'vault.azure.net';
/** The DNS name of each server. */
export const nameOf = (server: keyof typeof at): string => `${server.toLowerCase()}.${domain}`;

export interface Ports {
  readonly https: number;
  readonly postgres: number;
  readonly redis: number;
  readonly dns: number;
}

/** nginx, haproxy, PostgreSQL, Redis and BIND of Debian, with certificates of one test authority. */
export class ServicesWorld {
  readonly folder: string;
  authority!: TestAuthority;
  ports!: Ports;
  readonly #servers: RealServer[] = [];

  constructor(folder: string) {
    this.folder = folder;
  }

  async start(suite: Context): Promise<void> {
    this.authority = await createTestAuthority();
    this.ports = {
      https: await freePort(at.nginx),
      postgres: await freePort(at.postgres),
      redis: await freePort(at.redis),
      dns: await freePort(at.bind),
    };
    await this.#bind(await findTool(suite, 'named'));
    await this.#nginx(await findTool(suite, 'nginx'));
    await this.#haproxy(await findTool(suite, 'haproxy'));
    await this.#postgres(await findTool(suite, 'initdb'), await findTool(suite, 'postgres'));
    await this.#redis(await findTool(suite, 'redis-server'));
  }

  async stop(): Promise<void> {
    for (const server of this.#servers.reverse()) await server.stop();
  }

  file(name: string): string {
    return join(this.folder, name);
  }

  async write(name: string, content: string, mode = 0o600): Promise<string> {
    await writeFile(this.file(name), content, { mode });
    return this.file(name);
  }

  /** Certificate and key of a server, as two files. */
  async #certificate(
    server: keyof typeof at,
    issuer = this.authority,
    chain = '',
  ): Promise<[string, string]> {
    const { cert, key } = await issuer.issue([nameOf(server)]);
    return [
      await this.write(`${server}.crt`, `${cert}\n${chain}`),
      await this.write(`${server}.key`, key),
    ];
  }

  async #bind(named: string): Promise<void> {
    const { dns: port } = this.ports;
    const head = '$TTL 10\n@ IN SOA ns. admin. (1 3600 600 86400 10)\n@ IN NS ns.\n';
    const servers = Object.keys(at) as (keyof typeof at)[];
    const aliases = servers.map((s) => `${s} IN CNAME ${s}.privatelink.vaultcore.azure.net.`);
    const addresses = servers.map((s) => `${s} 10 IN A ${at[s]}`);
    await this.write('public.zone', `${head}${aliases.join('\n')}\nslow 600 IN A ${at.nginx}\n`);
    await this.write('private.zone', `${head}${addresses.join('\n')}\n`);
    // A zone that does not load: BIND answers SERVFAIL for it, as a broken forwarder does.
    await this.write('broken.zone', 'this is no zone\n');
    const zone = (name: string, file: string): string =>
      `zone "${name}" { type master; file "${this.file(file)}"; };`;
    const conf = await this.write(
      'named.conf',
      `options { directory "${this.folder}"; pid-file none; session-keyfile none; listen-on port ${port} { ${at.bind}; };
        listen-on-v6 { none; }; recursion yes; dnssec-validation no; empty-zones-enable no;
        forward only; forwarders { 127.0.0.1 port 9; }; };
      controls { };
      ${zone(domain, 'public.zone')}
      ${zone('privatelink.vaultcore.azure.net', 'private.zone')}
      ${zone('broken.example', 'broken.zone')}`,
    );
    const where = { address: at.bind, port };
    this.#servers.push(await startServer(named, ['-g', '-c', conf, '-n', '1'], where));
  }

  async #nginx(nginx: string): Promise<void> {
    const { https } = this.ports;
    const ca = await this.write('ca.crt', this.authority.ca);
    const below = await this.authority.issueAuthority('Test authority below');
    const [cert, key] = await this.#certificate('nginx');
    const [oldCert, oldKey] = await this.#certificate('nginxOld');
    const [openCert, openKey] = await this.#certificate('nginxOpen');
    const [mtlsCert, mtlsKey] = await this.#certificate('nginxMtls');
    // Without the certificate of the authority between, as a server that was set up in a hurry.
    const [chainCert, chainKey] = await this.#certificate('nginxChain', below);
    const server = (address: string, files: string, more = ''): string =>
      `server { listen ${address}:${https} ssl; ${files} ${more} location / { return 200 'ok'; } }`;
    const pair = (crt: string, k: string): string =>
      `ssl_certificate ${crt}; ssl_certificate_key ${k};`;
    const conf = await this.write(
      'nginx.conf',
      `daemon off; master_process off; pid ${this.file('nginx.pid')}; error_log stderr;
      events { }
      http {
        access_log off;
        client_body_temp_path ${this.file('b')}; proxy_temp_path ${this.file('p')};
        fastcgi_temp_path ${this.file('f')}; uwsgi_temp_path ${this.file('u')}; scgi_temp_path ${this.file('s')};
        ssl_protocols TLSv1.2 TLSv1.3;
        server {
          listen ${at.nginx}:${https} ssl; ${pair(cert, key)}
          location = /ready { default_type application/json; add_header X-Ready yes; return 200 '{"state":"ready","checks":[{"ok":true}]}'; }
          location = /moved { return 302 https://${nameOf('nginx')}/ready; }
          location = /circle { return 302 https://${nameOf('nginx')}/circle; }
          location = /hostile { return 302 'https://a!b.example/'; }
          location = /signed { return 307 https://blob.example/layer?sig=NOT-FOR-LOGS; }
          location = /metadata { return 307 https://169.254.169.254/metadata/instance; }
          location = /outside { return 307 https://203.0.113.9/; }
          location = /forbidden { return 403; }
        }
        ${server(at.nginxOld, pair(oldCert, oldKey), 'ssl_protocols TLSv1.1 TLSv1.2; ssl_ciphers "DEFAULT@SECLEVEL=0";')}
        ${server(at.nginxChain, pair(chainCert, chainKey))}
        ${server(at.nginxOpen, pair(openCert, openKey), `ssl_client_certificate ${ca}; ssl_verify_client optional;`)}
        ${server(at.nginxMtls, pair(mtlsCert, mtlsKey), `ssl_client_certificate ${ca}; ssl_verify_client on;`)}
      }`,
    );
    const where = { address: at.nginx, port: https };
    this.#servers.push(
      await startServer(nginx, ['-e', 'stderr', '-c', conf, '-p', this.folder], where),
    );
  }

  async #haproxy(haproxy: string): Promise<void> {
    const { cert, key } = await this.authority.issue([nameOf('haproxy')]);
    const pem = await this.write('haproxy.pem', `${cert}\n${key}`);
    const where = { address: at.haproxy, port: this.ports.https };
    const conf = await this.write(
      'haproxy.cfg',
      `defaults
  mode http
  timeout connect 5s
  timeout client 5s
  timeout server 5s
frontend https
  bind ${where.address}:${where.port} ssl crt ${pem} ca-file ${this.file('ca.crt')} verify required
  http-request return status 200 content-type text/plain string ok
`,
    );
    this.#servers.push(await startServer(haproxy, ['-db', '-f', conf], where));
  }

  async #postgres(initdb: string, postgres: string): Promise<void> {
    const [cert, key] = await this.#certificate('postgres');
    const password = await this.write('pg.password', 'not-a-secret');
    for (const [server, tls] of [
      ['postgres', ['-c', 'ssl=on', '-c', `ssl_cert_file=${cert}`, '-c', `ssl_key_file=${key}`]],
      ['postgresPlain', []],
    ] as const) {
      const data = this.file(`pg-${server}`);
      await mkdir(data);
      const made = await finish(initdb, [
        ...['-D', data, '-U', 'owner', '-A', 'scram-sha-256', '--pwfile', password],
        ...['--no-sync', '--no-locale', '-E', 'UTF8'],
      ]);
      if (made.code !== 0) throw new Error(`initdb: ${made.stderr}`);
      const where = { address: at[server], port: this.ports.postgres };
      const args = [
        '-D',
        data,
        '-h',
        where.address,
        '-p',
        String(where.port),
        '-k',
        '',
        '-c',
        'fsync=off',
      ];
      this.#servers.push(await startServer(postgres, [...args, ...tls], where));
    }
  }

  async #redis(redis: string): Promise<void> {
    const [cert, key] = await this.#certificate('redis');
    const where = { address: at.redis, port: this.ports.redis };
    const options = {
      ...{ bind: where.address, port: '0', 'tls-port': String(where.port), save: '' },
      ...{ 'tls-cert-file': cert, 'tls-key-file': key, 'tls-ca-cert-file': this.file('ca.crt') },
      ...{ 'tls-auth-clients': 'no', requirepass: 'not-a-secret', dir: this.folder },
    };
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
    this.#servers.push(await startServer(redis, args, where));
  }
}
