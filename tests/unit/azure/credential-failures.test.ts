import assert from 'node:assert/strict';
import { credentialFor } from '../../../tasks/lib/azure/credential.ts';
import {
  SignInServices,
  aad,
  clientId,
  correlation,
  failing,
  scope,
  tenantId,
} from './sign-in-services.ts';

describe('azure/credential, when it fails', () => {
  const services = new SignInServices();

  it('says the code of the sign-in service and what to do', async () => {
    services.refusal = aad(7000215, 'Invalid client secret provided.');
    const error = await failing(services.credential('secret').token(scope));
    assert.equal(error.code, 'AUTH_FAILED');
    assert.equal(
      error.message,
      `Signing in at ${services.server.host} as ${clientId} in tenant ${tenantId} failed: ` +
        'AADSTS7000215: Invalid client secret provided.',
    );
    assert.match(error.hint ?? '', /^The client secret is wrong/);
    assert.equal(error.correlationId, correlation);
    assert.equal(error.details[0]?.code, 'AADSTS7000215');
    assert.ok(!JSON.stringify(error).includes('a secret'));
  });

  it('says which part of a federation does not match', async () => {
    services.refusal = aad(
      700213,
      "No matching federated identity record found for subject 'sc://o/p/c'.",
    );
    const error = await failing(services.credential('federation').token(scope));
    assert.match(error.message, /AADSTS700213: No matching .* subject 'sc:\/\/o\/p\/c'\.$/);
    assert.match(error.hint ?? '', /^No federated credential has this subject/);
  });

  it('tries again after a refusal', async () => {
    services.refusal = aad(7000222, 'Expired.');
    const credential = services.credential('secret');
    assert.equal((await failing(credential.token(scope))).code, 'AUTH_FAILED');
    services.refusal = undefined;
    assert.equal((await credential.token(scope)).token, 'access-2');
  });

  it('says that the job token was refused', async () => {
    services.assertionRefusal = { status: 401, body: { message: 'TF400813: not authorized' } };
    const error = await failing(services.credential('federation').token(scope));
    assert.equal(
      error.message,
      `Azure DevOps (${services.server.host}) gave no assertion: status 401: TF400813: not authorized`,
    );
    assert.match(error.hint ?? '', /^The job token was refused/);
    assert.equal(services.signIns.length, 0);
  });

  it('says that the answer holds no assertion', async () => {
    services.assertionRefusal = { status: 200, body: { other: 1 } };
    const error = await failing(services.credential('federation').token(scope));
    assert.equal(
      error.message,
      `Azure DevOps (${services.server.host}) gave no assertion: an answer without an oidcToken`,
    );
  });

  it('does not carry the job token to where a redirect leads', async () => {
    services.redirectAssertions = true;
    const error = await failing(services.credential('federation').token(scope));
    assert.equal(
      error.message,
      `Azure DevOps (${services.server.host}) gave no assertion: status 302`,
    );
    assert.equal(services.assertions.length, 1);
    assert.equal(services.elsewhere, 0);
  });

  it('does not carry the secret to where a redirect leads', async () => {
    services.redirectSignIns = true;
    const error = await failing(services.credential('secret').token(scope));
    assert.equal(error.code, 'AUTH_FAILED');
    assert.equal(services.elsewhere, 0);
  });

  it('names the host when the sign-in service cannot be reached', async () => {
    const unreachable = { ...services.connection('secret'), authorityUrl: 'https://127.0.0.1:1' };
    const error = await failing(credentialFor(unreachable, services.options()).token(scope));
    assert.equal(error.code, 'AUTH_FAILED');
    assert.equal(error.transient, true);
    assert.match(error.message, /^Signing in at 127\.0\.0\.1:1 as .* failed: .+/);
    assert.match(error.hint ?? '', /^Check that this agent reaches 127\.0\.0\.1:1/);
  });

  it('does not trust an authority that this process does not trust', async () => {
    const error = await failing(credentialFor(services.connection('secret')).token(scope));
    assert.equal(error.code, 'AUTH_FAILED');
    assert.equal(services.signIns.length, 0);
  });
});
