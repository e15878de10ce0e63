import assert from 'node:assert/strict';
import { parseReference, referenceFault } from '../../../tasks/lib/oci/source/reference.ts';

describe('a reference to an image', () => {
  it('names host, repository and tag or digest', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    for (const [text, loginServer, name, reference] of [
      ['docker://mcr.microsoft.com/dotnet/aspnet:8.0', 'mcr.microsoft.com', 'dotnet/aspnet', '8.0'],
      [`docker://a.azurecr.io/app@${digest}`, 'a.azurecr.io', 'app', digest],
      [`docker://a.azurecr.io/app:1@${digest}`, 'a.azurecr.io', 'app', digest],
      ['docker://reg.example:5000/a/b:c', 'reg.example:5000', 'a/b', 'c'],
      ['docker://docker.io/nginx:1', 'registry-1.docker.io', 'library/nginx', '1'],
      ['docker://docker.io/team/app:1', 'registry-1.docker.io', 'team/app', '1'],
      ['docker://index.docker.io/nginx:1', 'registry-1.docker.io', 'library/nginx', '1'],
      ['docker://Contoso.azurecr.io:443/app:1', 'contoso.azurecr.io', 'app', '1'],
      ['docker://registry:5000/app:1', 'registry:5000', 'app', '1'],
    ] as const) {
      assert.deepEqual(parseReference(text), { loginServer, repository: name, reference });
    }
  });

  const whole =
    'must be docker://HOST/REPOSITORY:TAG or docker://HOST/REPOSITORY@DIGEST, the host a full name';
  for (const [text, fault] of [
    ['docker://', whole],
    ['docker://nginx:1', whole],
    ['docker://nginx/app:1', whole],
    ['docker://user@a.io/app:1', whole],
    ['docker://[2001:db8::1]:5000/app:1', whole],
    ['docker://a.io/app', 'needs a tag or a digest; latest is not taken for granted'],
    ['docker://a.io/App:1', 'has the repository "App", which must be lower case'],
    [
      'docker://a.io/app:-1',
      'has the tag "-1", which must be up to 128 letters, digits and . _ -, not beginning with . or -',
    ],
    ['docker://a.io/app@sha256:1', 'has a digest that is not sha256: and 64 lower-case hex digits'],
  ] as const) {
    it(`is refused: ${text}`, () => assert.equal(referenceFault(text), fault));
  }
});
