import { describe, expect, test } from 'vitest';
import { layoutOf, wildcardTexts } from '../../src/config/cluster-layout.ts';
import { partitionOf } from '../../src/stream/names/partition.ts';
import { failure, load } from './site.ts';

const CLUSTER = 'cluster: { servers: [nats://localhost:4222], partitions: 10 }';

const siteWith = (inputs: readonly string[], rest = '', cluster = CLUSTER): string =>
  `site: home\nmqtt: { url: mqtt://localhost }\ninputs:\n${inputs.map((input) => `  - { ${input} }\n`).join('')}${rest}\n${cluster}\n`;

const layout = (yaml: string) => {
  const { site } = load(yaml);
  return layoutOf({ ...site, cluster: site.cluster! });
};

const mistakes = (yaml: string): readonly string[] => {
  const { code, lines } = failure(yaml);
  expect(code).toBe('config_invalid');
  return lines.map((line) => line.replace(/^site\.yaml:\d+:\d+: /, ''));
};

const TEMP = "topic: plant/+/temp, name: '{1}-temp'";
const FLOW = "topic: plant/+/flow, name: '{1}-flow'";

describe('layoutOf', () => {
  test('a transform for each topic filter; its wildcards choose the partition', () => {
    expect(layout(siteWith([TEMP, "topic: hall/+/+/v.1, name: '{topic}'"])).transforms).toEqual([
      { src: 'plant.*.temp', dest: '_p.{{partition(10,1)}}.plant.{{wildcard(1)}}.temp' },
      { src: 'hall.*.*.v//1', dest: '_p.{{partition(10,1,2)}}.hall.{{wildcard(1)}}.{{wildcard(2)}}.v//1' },
    ]);
  });

  test('one wildcard can choose it alone', () => {
    const cluster = CLUSTER.replace('}', ', key: [2] }');
    expect(layout(siteWith(["topic: hall/+/+/v, name: '{1}-{2}'"], '', cluster)).transforms[0].dest).toBe(
      '_p.{{partition(10,2)}}.hall.{{wildcard(1)}}.{{wildcard(2)}}.v',
    );
  });

  test('a group is where the readings of its series come', () => {
    const groups = 'groups: { pump: { series: [p7-temp, p7-flow] } }';
    expect(layout(siteWith([TEMP, FLOW], groups)).groups).toEqual(new Map([['pump', partitionOf(['p7'], 10)]]));
  });

  test('a topic without wildcards joins the group of its series', () => {
    const groups = 'groups: { pump: { series: [p7-temp, boiler] } }';
    const { transforms, groups: homes } = layout(siteWith([TEMP, 'topic: boiler/temp, name: boiler'], groups));
    expect(transforms[1]).toEqual({ src: 'boiler.temp', dest: `_p.${homes.get('pump')}.boiler.temp` });
  });

  test('group_keys gives the text of a topic that a name does not show', () => {
    const cluster = CLUSTER.replace('}', ', group_keys: { pump: [P7.a] } }');
    const groups = 'groups: { pump: { series: [p7-a-temp, p7-a-flow] } }';
    expect(layout(siteWith([TEMP, FLOW], groups, cluster)).groups.get('pump')).toBe(partitionOf(['P7//a'], 10));
  });
});

describe('a site that cannot be partitioned', () => {
  test.each([
    ["topic: plant/#, name: '{1}'", 'inputs[0].topic: cluster: "#" has no fixed number of levels'],
    ["topic: +/temp, name: '{1}'", 'inputs[0].topic: cluster: expected text as the first level'],
    ["topic: plant/+/temp, name: 'temp'", 'wildcard 1 chooses the partition, so the name "temp" must contain {1}'],
    ["topic: 'my plant/temp', name: temp", 'NATS has no topics with spaces'],
  ])('%s', (input, text) => {
    const [first] = mistakes(siteWith([input]));
    expect(first).toContain(text);
  });

  test('two filters for one message', () => {
    const [first] = mistakes(siteWith([TEMP, "topic: plant/p1/+, name: 'x-{1}'"]));
    expect(first).toContain('inputs[1].topic: cluster: a topic may match both this filter and "plant/+/temp"');
  });

  test('a group over two partitions', () => {
    const [first] = mistakes(siteWith([TEMP, FLOW], 'groups: { pumps: { series: [p1-temp, p2-temp] } }'));
    expect(first).toContain(
      'groups.pumps: cluster: series "p1-temp" and "p2-temp" have different keys (p1 and p2) and so different partitions',
    );
  });

  test('a group whose names do not tell the wildcards', () => {
    const [first] = mistakes(
      siteWith(["topic: hall/+/+/v, name: '{1}-{2}'"], 'groups: { g: { series: [a-b-c, a-b-d] } }'),
    );
    expect(first).toContain(
      'series "a-b-c" does not show the texts of its wildcards; expected the texts of the key in cluster.group_keys.g',
    );
  });

  test('options that workers do not have', () => {
    const text = 'notify: { phone: { type: webhook, url: https://example.org } }\nhome_assistant: { enabled: true }';
    expect(mistakes(siteWith([TEMP], text)).map((line) => line.split(': ')[0])).toEqual([
      'notify',
      'home_assistant.enabled',
    ]);
  });

  test('a number of threads: another worker does their work', () => {
    expect(mistakes(siteWith([TEMP], 'workers: 2'))).toEqual([
      'workers: the workers of a cluster have no threads; expected off, and more workers on this machine',
    ]);
  });

  test('the name of the streams of a hub', () => {
    expect(mistakes(siteWith([TEMP]).replace(/^site: .*$/m, 'site: hub'))).toEqual([
      'site: expected another name than hub, because zankyo-hub-alerts is the stream with the alerts of all sites',
    ]);
  });

  test('a wildcard that is not there', () => {
    const [first] = mistakes(siteWith([TEMP], '', CLUSTER.replace('}', ', key: [2] }')));
    expect(first).toContain('cluster.key asks for wildcard 2, and the topic has 1');
  });
});

test.each([
  ['{1}-temp', 'plant/+/temp', 'p7-temp', ['p7']],
  ['{topic}', 'plant/+/temp', 'plant-p7-temp', ['p7']],
  ['{1}-{2}', 'plant/+/+', 'a-b', ['a', 'b']],
  ['{1}-{2}', 'plant/+/+', 'a-b-c', null],
  ['{1}-{1}', 'plant/+', 'ab-ab', ['ab']],
  ['{1}-temp', 'plant/+/temp', 'p7-flow', null],
])('the wildcards of %s of %s in %s', (name, filter, slug, texts) => {
  expect(wildcardTexts(name, filter, slug)).toEqual(texts);
});

test('files are those beside the site file', () => {
  const cluster = 'cluster: { servers: [tls://n:4222], credentials: a.creds, tls: { ca: ca.pem } }';
  const { site } = load(siteWith([TEMP], '', cluster));
  expect(site.cluster!.credentials).toMatch(/^\/.*\/a\.creds$/);
  expect(site.cluster!.tls.ca).toMatch(/^\/.*\/ca\.pem$/);
});
