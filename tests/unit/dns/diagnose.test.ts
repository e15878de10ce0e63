import assert from 'node:assert/strict';
import { diagnose, type AzureSide, type Observation } from '../../../tasks/lib/dns/diagnose.ts';
import type { Age } from '../../../tasks/lib/dns/watch.ts';
import type { RecordAnswer } from '../../../tasks/lib/net/resolve.ts';
import { vaultZone } from './estate.ts';

const right: AzureSide = {
  zone: vaultZone,
  record: 'kv',
  state: 'right',
  holds: ['10.1.0.4'],
  unlinked: [],
};
const chain = [`kv.${vaultZone}`];
const fresh: Age = { kind: 'fresh' };
const cached: Age = { kind: 'cached', left: 42 };
const once: Age = { kind: 'unknown', left: 60 };
const timeless: Age = { kind: 'unknown', left: undefined };

function seen(
  answer: Partial<RecordAnswer>,
  age: Age,
  azure: Partial<AzureSide> = {},
  more: Partial<Observation> = {},
): Observation {
  return {
    answer: {
      name: 'kv.vault.azure.net',
      type: 'A',
      chain: [],
      values: [],
      source: '10.0.0.53',
      ...answer,
    },
    age,
    azure: { ...right, ...azure },
    expected: ['10.1.0.4'],
    networks: ['10.0.0.0/8'],
    ...more,
  };
}

const noPrivate = { error: 'nxdomain', chain, negative: { zone: vaultZone, ttl: 7 } } as const;
const noPublic = { error: 'nxdomain', negative: { zone: 'azure.net', ttl: 60 } } as const;
const publicAnswer = { values: ['203.0.113.9'], chain };
const forwarder =
  'does not forward vault.azure.net to Azure (168.63.129.16 or an inbound endpoint)';
const hub = { unlinked: ['/hub'] };
const corp: Partial<AzureSide> = { zone: 'corp.example', record: '@ TXT', holds: ['right'] };
const corpText = { name: 'corp.example', type: 'TXT' } as const;
const corpForwarder =
  'does not forward corp.example to Azure (168.63.129.16 or an inbound endpoint)';

const cases: [string, Observation, string][] = [
  [
    'no answer',
    seen({ error: 'timeout' }, timeless, { state: 'record-missing' }),
    'resolver-silent: the resolver is down, or port 53 to it is closed for this agent',
  ],
  [
    'a refusal',
    seen({ error: 'refused' }, timeless),
    'resolver-refuses: the resolver does not serve this agent, or nothing listens there',
  ],
  [
    'SERVFAIL',
    seen({ error: 'servfail' }, timeless, hub),
    'resolver-failing: the resolver cannot reach the server that it forwards this name to, or that one fails',
  ],
  [
    'NXDOMAIN without the zone',
    seen(noPublic, fresh, { state: 'zone-missing' }),
    `zone-missing: the zone ${vaultZone} does not exist`,
  ],
  [
    'NXDOMAIN without the record',
    seen(noPrivate, fresh, { state: 'record-missing' }),
    `record-missing: ${vaultZone} has no record kv`,
  ],
  [
    'a public answer without the record',
    seen(publicAnswer, once, { state: 'record-missing' }),
    `record-missing: ${vaultZone} has no record kv; what came instead is an old answer, or that of the internet`,
  ],
  [
    'the value of a wrong record',
    seen({ values: ['10.9.9.9'], chain }, once, { state: 'record-wrong', holds: ['10.9.9.9'] }),
    `record-wrong: the record kv in ${vaultZone} holds 10.9.9.9`,
  ],
  [
    'NXDOMAIN by the zone that has the record',
    seen(noPrivate, once),
    `stale-negative: it remembers that ${vaultZone} had no such record; that is over in 60 s`,
  ],
  [
    'NXDOMAIN by that zone again and again',
    seen(noPrivate, fresh),
    `foreign-answer: another zone named ${vaultZone} answers, which is linked to the resolver's network`,
  ],
  [
    'NXDOMAIN by a public zone of that name',
    seen(noPrivate, once, hub, { seesZone: false }),
    `zone-not-linked: ${vaultZone} is not linked to /hub`,
  ],
  [
    'a remembered NXDOMAIN of public DNS',
    seen(noPublic, cached, hub, { seesZone: true }),
    'stale-negative: it remembers the answer of the zone azure.net; that is over in 42 s',
  ],
  [
    'NXDOMAIN of public DNS without the link',
    seen(noPublic, once, hub, { seesZone: false }),
    `zone-not-linked: ${vaultZone} is not linked to /hub`,
  ],
  [
    'NXDOMAIN of public DNS',
    seen(noPublic, cached, {}, { seesZone: false }),
    `forwarder-missing: the resolver ${forwarder}: it asks the zone azure.net.`,
  ],
  [
    'NXDOMAIN of nobody',
    seen({ error: 'nxdomain' }, timeless),
    `forwarder-missing: the resolver ${forwarder}: it asks public DNS.`,
  ],
  [
    'a public answer without the link',
    seen(publicAnswer, cached, hub, { seesZone: false }),
    `zone-not-linked: ${vaultZone} is not linked to /hub`,
  ],
  [
    'a public answer of one who sees the zone',
    seen(publicAnswer, cached, {}, { seesZone: true }),
    `stale-answer: it sees the zone ${vaultZone}, and holds an answer from before; that is over in 42 s`,
  ],
  [
    'a public answer of one who sees the zone, again and again',
    seen(publicAnswer, fresh, {}, { seesZone: true }),
    `forwarder-missing: the resolver ${forwarder}: it asks public DNS. It forwards ${vaultZone}, which is not enough.`,
  ],
  [
    'a public answer of one who does not see the zone',
    seen(publicAnswer, cached, {}, { seesZone: false }),
    `forwarder-missing: the resolver ${forwarder}: it asks public DNS.`,
  ],
  [
    "a public answer of the system's resolver",
    seen({ values: ['203.0.113.9'], source: 'system' }, timeless),
    `public-answer: it ${forwarder}, or holds a public answer from before`,
  ],
  [
    'a public answer where no networks are declared',
    seen(publicAnswer, fresh, {}, { networks: [] }),
    `forwarder-missing: the resolver ${forwarder}: it asks public DNS.`,
  ],
  [
    'another private address again and again',
    seen({ values: ['10.9.9.9'] }, fresh, {}, { seesZone: true }),
    'foreign-answer: another zone, a hosts file or a rule of the resolver answers',
  ],
  [
    'another private address without a time to live',
    seen({ values: ['10.9.9.9'], source: 'system' }, timeless),
    'foreign-answer: another zone, a hosts file or a rule of the resolver answers',
  ],
  [
    'another private address, seen once',
    seen({ values: ['10.9.9.9'] }, once, {}, { seesZone: true }),
    'stale-answer: it holds an answer from before; that is over in 60 s',
  ],
  [
    'a public answer when the zones cannot be read',
    seen(publicAnswer, fresh, { state: 'unread' }),
    `forwarder-missing: the resolver ${forwarder}: it asks public DNS.`,
  ],
  [
    'that the zone lacks the record, when the zones cannot be read',
    seen(noPrivate, fresh, { state: 'unread' }),
    `record-missing: ${vaultZone} had no record kv when the resolver last asked`,
  ],
  [
    'another private address, when the zones cannot be read',
    seen({ values: ['10.9.9.9'] }, once, { state: 'unread' }),
    'stale-answer: it holds an answer from before; that is over in 60 s; or the record itself is wrong, for the zones could not be read',
  ],
  [
    'a public IPv6 address',
    seen({ type: 'AAAA', values: ['2001:db8::1'] }, cached, {}, { seesZone: false }),
    `forwarder-missing: the resolver ${forwarder}: it asks public DNS.`,
  ],
  [
    'another private IPv6 address again and again',
    seen({ type: 'AAAA', values: ['fd00::9'] }, fresh, {}, { seesZone: true }),
    'foreign-answer: another zone, a hosts file or a rule of the resolver answers',
  ],
  [
    'an old text',
    seen({ type: 'TXT', values: ['old'] }, cached, {}, { seesZone: true }),
    'stale-answer: it holds an answer from before; that is over in 42 s',
  ],
  [
    'a text of one who does not see the zone',
    seen({ ...corpText, values: ['public'] }, fresh, corp, { seesZone: false }),
    `forwarder-missing: the resolver ${corpForwarder}: it asks public DNS.`,
  ],
  [
    'a text of one who does not see the zone, without the link',
    seen({ ...corpText, values: ['public'] }, fresh, { ...corp, ...hub }, { seesZone: false }),
    'zone-not-linked: corp.example is not linked to /hub',
  ],
  [
    "a text that the system's resolver gives",
    seen({ ...corpText, values: ['old'], source: 'system' }, timeless, corp),
    'foreign-answer: another zone, a hosts file or a rule of the resolver answers',
  ],
  [
    'no text of a name that has other records',
    seen({ ...corpText, error: 'nodata', negative: { zone: 'corp.example', ttl: 7 } }, once, corp),
    'stale-negative: it remembers that corp.example had no such record; that is over in 60 s',
  ],
  [
    'another alias in the zone',
    seen({ type: 'CNAME', values: ['old.example'] }, once, {
      ...{ state: 'record-wrong', record: 'kv CNAME', holds: ['old.example'] },
    }),
    `record-wrong: the record kv CNAME in ${vaultZone} holds old.example`,
  ],
];

describe('the reason for a wrong answer', () => {
  for (const [name, observation, expected] of cases) {
    it(name, () => {
      const { cause, why } = diagnose(observation);
      assert.equal(`${cause}: ${why}`, expected);
    });
  }
});
