import assert from 'node:assert/strict';
import { encode } from 'dns-packet';
import fc from 'fast-check';
import { decodeAnswer, encodeQuery } from '../../../tasks/lib/net/dns-message.ts';

describe('net/dns-message', () => {
  const label = fc.stringMatching(/^[a-z0-9_-]{1,20}$/);
  const name = fc.array(label, { minLength: 2, maxLength: 5 }).map((labels) => labels.join('.'));

  it('reads what another encoder wrote', () => {
    fc.assert(
      fc.property(
        fc.nat(0xffff),
        name,
        fc.array(fc.tuple(name, fc.nat(0x7fffffff), fc.ipV4())),
        (id, asked, list) => {
          const answers = list.map(([owner, ttl, data]) => ({
            type: 'A' as const,
            name: owner,
            ttl,
            data,
          }));
          const message = encode({
            type: 'response',
            id,
            flags: 0,
            questions: [{ type: 'A', name: asked }],
            answers: [...answers, { type: 'PTR', name: asked, data: 'x' }],
          });
          const decoded = decodeAnswer(message);
          assert.equal(decoded.id, id);
          assert.equal(decoded.question, asked);
          assert.deepEqual(
            decoded.records,
            answers.map((record) => ({ ...record })),
          );
        },
      ),
    );
  });

  it('reads who says that there is nothing, and for how long', () => {
    const data = {
      mname: 'azureprivatedns.net',
      rname: 'host.example',
      serial: 1,
      refresh: 3600,
      retry: 300,
      expire: 2_419_200,
    };
    const soaOf = (ttl: number, minimum: number) =>
      decodeAnswer(
        encode({
          type: 'response',
          id: 1,
          flags: 3,
          questions: [{ type: 'A', name: 'kv.zone.example' }],
          answers: [{ type: 'CNAME', name: 'kv.zone.example', ttl: 60, data: 'kv.other.example' }],
          authorities: [
            { type: 'NS', name: 'other.example', data: 'ns.example' },
            { type: 'SOA', name: 'other.example', ttl, data: { ...data, minimum } },
          ],
        }),
      );
    assert.deepEqual(soaOf(3600, 10).negative, { zone: 'other.example', ttl: 10 });
    assert.deepEqual(soaOf(4, 10).negative, { zone: 'other.example', ttl: 4 });
    assert.equal(soaOf(4, 10).records.length, 1);
  });

  const header = (questions: number, answers: number) =>
    Buffer.from([0, 1, 0x84, 0, 0, questions, 0, answers, 0, 0, 0, 0]);
  const question = Buffer.from([1, 97, 0, 0, 1, 0, 1]);
  const bad: [string, Buffer, RegExp][] = [
    ['nothing', Buffer.alloc(0), /shorter than a header/],
    ['a query', encodeQuery(1, 'a'), /a query, not an answer/],
    ['no question', header(0, 0), /not exactly one question/],
    [
      'a question that is cut off',
      Buffer.concat([header(1, 0), Buffer.from([5, 97])]),
      /a label is cut off/,
    ],
    [
      'a name that points to itself',
      Buffer.concat([header(1, 0), Buffer.from([0xc0, 12, 0, 1, 0, 1])]),
      /points forwards or to itself/,
    ],
    [
      'a name that points forwards',
      Buffer.concat([header(1, 0), Buffer.from([0xc0, 20, 0, 1, 0, 1])]),
      /points forwards or to itself/,
    ],
    [
      'names that point to each other',
      Buffer.concat([header(1, 1), question, Buffer.from([1, 98, 0xc0, 19])]),
      /points forwards or to itself/,
    ],
    [
      'a label of an unknown kind',
      Buffer.concat([header(1, 0), Buffer.from([0x80, 0])]),
      /unknown kind/,
    ],
    [
      'another type of question',
      Buffer.concat([header(1, 0), Buffer.from([1, 97, 0, 0, 15, 0, 1])]),
      /another type/,
    ],
    [
      'a record that is cut off',
      Buffer.concat([
        header(1, 1),
        question,
        Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 10]),
      ]),
      /a record is cut off/,
    ],
    [
      'an address of three bytes',
      Buffer.concat([
        header(1, 1),
        question,
        Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 3, 10, 0, 0]),
      ]),
      /without four bytes/,
    ],
    [
      'an IPv6 address of four bytes',
      Buffer.concat([
        header(1, 1),
        question,
        Buffer.from([0xc0, 12, 0, 28, 0, 1, 0, 0, 0, 9, 0, 4, 10, 0, 0, 1]),
      ]),
      /without sixteen bytes/,
    ],
    [
      'a text that is cut off',
      Buffer.concat([
        header(1, 1),
        question,
        Buffer.from([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 9, 0, 2, 5, 97]),
      ]),
      /a text is cut off/,
    ],
  ];
  for (const [title, message, problem] of bad) {
    it(`refuses ${title}`, () =>
      assert.throws(() => decodeAnswer(message), { name: 'RangeError', message: problem }));
  }

  it('ends on any bytes, with an answer or a RangeError', () => {
    const bytes = fc.uint8Array({ maxLength: 600 });
    const spoilt = fc
      .tuple(name, fc.array(fc.tuple(fc.nat(200), fc.nat(255))))
      .map(([owner, changes]) => {
        const message = encode({
          type: 'response',
          id: 1,
          questions: [{ type: 'A', name: owner }],
          answers: [{ type: 'CNAME', name: owner, data: `x.${owner}` }],
        });
        for (const [at, value] of changes) if (at < message.length) message[at] = value;
        return message;
      });
    fc.assert(
      fc.property(fc.oneof(bytes, spoilt), (message) => {
        try {
          decodeAnswer(Buffer.from(message));
        } catch (error) {
          assert.ok(error instanceof RangeError, String(error));
        }
      }),
      { numRuns: 1000 },
    );
  });
});
