import assert from 'node:assert/strict';
import { createSigningKey } from '../../../sandbox/devops/signing-key.ts';
import type { RunningEntra } from './entra-client.ts';
import { runEntra, start, tenant } from './entra-client.ts';

describe('Entra refuses', () => {
  let run: RunningEntra;

  before(async () => {
    run = await runEntra();
  });
  after(() => run.stop());
  beforeEach(() => {
    run.clock.now = start;
  });

  type Row = [
    name: string,
    change: () => Record<string, string>,
    status: number,
    error: string,
    code: number,
    message: RegExp,
  ];
  const without = (form: Record<string, string>, key: string): Record<string, string> =>
    Object.fromEntries(Object.entries(form).filter(([name]) => name !== key));
  const rows: Row[] = [
    [
      'a wrong secret',
      () => ({ ...run.secretForm(), client_secret: 'x' }),
      401,
      'invalid_client',
      7000215,
      /^AADSTS7000215: Invalid client secret provided for app/,
    ],
    [
      'an unknown application',
      () => ({ ...run.secretForm(), client_id: 'nobody' }),
      400,
      'unauthorized_client',
      700016,
      /^AADSTS700016: Application with identifier 'nobody' was not found in the directory/,
    ],
    [
      'no secret',
      () => without(run.secretForm(), 'client_secret'),
      400,
      'invalid_request',
      900144,
      /must contain the following parameter: 'client_secret'/,
    ],
    [
      'no scope',
      () => without(run.secretForm(), 'scope'),
      400,
      'invalid_request',
      900144,
      /must contain the following parameter: 'scope'/,
    ],
    [
      'a scope without .default',
      () => ({ ...run.secretForm(), scope: 'https://vault.azure.net/user_impersonation' }),
      400,
      'invalid_scope',
      1002012,
      /ends in '\/\.default'/,
    ],
    [
      'a resource nobody knows',
      () => ({ ...run.secretForm(), scope: 'https://nobody.example/.default' }),
      400,
      'invalid_resource',
      500011,
      /The resource principal named https:\/\/nobody\.example was not found/,
    ],
    [
      'another grant',
      () => ({ ...run.secretForm(), grant_type: 'password' }),
      400,
      'unsupported_grant_type',
      70003,
      /unsupported grant type 'password'/,
    ],
    [
      'a subject that is not registered',
      () => run.federatedForm(run.assertion({ sub: 'sc://org/project/other' })),
      400,
      'invalid_client',
      70021,
      /Assertion Issuer: 'https:\/\/issuer'. Assertion Subject: 'sc:\/\/org\/project\/other'. Assertion Audience: 'api:\/\/AzureADTokenExchange'/,
    ],
    [
      'an issuer that is not registered',
      () => run.federatedForm(run.assertion({ iss: 'https://other' })),
      400,
      'invalid_client',
      70021,
      /No matching federated identity record found/,
    ],
    [
      'an audience that is not registered',
      () => run.federatedForm(run.assertion({ aud: 'https://management.azure.com' })),
      400,
      'invalid_client',
      70021,
      /Assertion Audience: 'https:\/\/management\.azure\.com'/,
    ],
    [
      'an assertion that is over',
      () => run.federatedForm(run.assertion({ exp: start / 1000 - 301 })),
      401,
      'invalid_client',
      700024,
      /not within its valid time range/,
    ],
    [
      'an assertion from the future',
      () => run.federatedForm(run.assertion({ nbf: start / 1000 + 900 })),
      401,
      'invalid_client',
      700024,
      /not within its valid time range/,
    ],
    [
      'text that is no assertion',
      () => run.federatedForm('abc'),
      401,
      'invalid_client',
      50027,
      /JWT token is invalid or malformed/,
    ],
    [
      'another kind of assertion',
      () => ({ ...run.federatedForm(run.assertion()), client_assertion_type: 'saml' }),
      400,
      'invalid_request',
      900144,
      /client_assertion_type must be/,
    ],
    [
      'an application without a secret that sends one',
      () => ({ ...run.secretForm(), client_id: run.federated.clientId, client_secret: '' }),
      400,
      'invalid_request',
      900144,
      /'client_secret'/,
    ],
  ];
  for (const [name, form, status, error, code, message] of rows) {
    it(`${name}: AADSTS${String(code)}`, async () => {
      const answer = await run.call('POST', `/${tenant}/oauth2/v2.0/token`, form());
      assert.equal(answer.status, status);
      assert.equal(answer.body['error'], error);
      assert.deepEqual(answer.body['error_codes'], [code]);
      assert.match(String(answer.body['error_description']), message);
      assert.match(String(answer.body['error_description']), /Trace ID: \S+ Correlation ID: \S+/);
      assert.equal(answer.body['timestamp'], '2026-01-01 00:00:00Z');
      assert.equal(
        answer.body['error_uri'],
        `${run.entra.authorityUrl}/error?code=${String(code)}`,
      );
    });
  }

  it('a signature that is not the issuer’s: AADSTS700027', async () => {
    const stranger = await createSigningKey();
    const form = run.federatedForm(run.assertion({}, stranger));
    const answer = await run.call('POST', `/${tenant}/oauth2/v2.0/token`, form);
    assert.equal(answer.status, 401);
    assert.deepEqual(answer.body['error_codes'], [700027]);
  });

  it('another tenant: AADSTS90002, also for its documents', async () => {
    for (const [method, url] of [
      ['POST', '/other/oauth2/v2.0/token'],
      ['GET', '/other/v2.0/.well-known/openid-configuration'],
    ] as const) {
      const answer = await run.call(method, url, method === 'POST' ? run.secretForm() : undefined);
      assert.equal(answer.status, 400);
      assert.deepEqual(answer.body['error_codes'], [90002]);
      assert.match(String(answer.body['error_description']), /Tenant 'other' not found/);
    }
  });

  it('routes that it does not have', async () => {
    const answer = await run.call('GET', `/${tenant}/oauth2/v2.0/authorize`);
    assert.equal(answer.status, 404);
    assert.match(String(answer.body['error_description']), /has no GET .*authorize/);
  });
});
