import assert from 'node:assert/strict';
import { proxyEnvironment } from '../../../tasks/lib/host/proxy.ts';
import { fakePort } from '../../support/host.ts';

describe("the agent's proxy", () => {
  const of = (variables: Record<string, string>, environment: Record<string, string> = {}) =>
    proxyEnvironment(fakePort({ variables }), environment);
  const url = { 'Agent.ProxyUrl': 'http://proxy.corp:8080' };

  it('is nothing where there is none', () => {
    assert.deepEqual(of({}), {});
    assert.deepEqual(of({ 'Agent.ProxyUrl': 'no address' }), {});
  });

  it('goes to the variables that clients look at, with its credentials', () => {
    assert.deepEqual(of(url), { HTTPS_PROXY: 'http://proxy.corp:8080/' });
    const user = { 'Agent.ProxyUsername': 'agent', 'Agent.ProxyPassword': 'p@ss:word' };
    assert.deepEqual(of({ ...url, ...user }), {
      HTTPS_PROXY: 'http://agent:p%40ss%3Aword@proxy.corp:8080/',
    });
  });

  it('does not replace one that the environment names', () => {
    for (const name of ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY']) {
      assert.deepEqual(of(url, { [name]: 'http://other' }), {});
    }
  });

  it('leaves out the hosts that are reached directly, as far as they can be said', () => {
    const list = ['github\\.com', '.*\\.corp\\.local', '^https?://10\\.0\\.0\\.4/?$', 'a|b', '(x'];
    const more = { 'Agent.ProxyBypassList': JSON.stringify(list) };
    assert.equal(
      of({ ...url, ...more }, { NO_PROXY: 'localhost' })['NO_PROXY'],
      'localhost,github.com,.corp.local,10.0.0.4',
    );
    assert.equal(of({ ...url, 'Agent.ProxyBypassList': 'broken' })['NO_PROXY'], undefined);
  });
});
