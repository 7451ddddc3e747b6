import { expect, onTestFinished, test } from 'vitest';
import { PartitionPipeline } from '../../../src/app/cluster/partition-pipeline.ts';
import type { PartitionState } from '../../../src/app/cluster/partition-state.ts';
import type { Reply } from '../../../src/app/commands/reply.ts';
import { Tallies } from '../../../src/app/pipeline/tallies.ts';
import { alertsOver } from '../../../src/io/mqtt/alerts.ts';
import { siteOf } from '../world.ts';

const AT = Date.UTC(2026, 0, 5);

/** A partition with the series `name`, which takes entries of the stream. */
const partition = (name: string, state: PartitionState | null = null) => {
  const replies: Reply[] = [];
  const reply = (payload: string): void => void replies.push(JSON.parse(payload) as Reply);
  const pipeline = new PartitionPipeline(
    {
      site: siteOf({ commands: { mqtt: true }, tuning: { network: false } }),
      elsewhere: [],
      kernel: null,
      log: () => undefined,
      tallies: new Tallies(),
      alerts: alertsOver({ add: () => undefined }, { publish: () => undefined }, 'zankyo', 'test'),
      anomaliesOver: (log) => log,
      reply: (_, payload) => {
        reply(payload);
      },
      replyForSite: reply,
      onError: (error) => {
        throw error;
      },
    },
    state,
  );
  onTestFinished(() => {
    pipeline.stop();
  });
  const take = (kind: 'reading' | 'command', seq: number, at: number, topic: string, body: unknown): void => {
    pipeline.take({ kind, seq, at, topic, payload: Buffer.from(JSON.stringify(body)), pending: 0 });
  };
  if (state === null) take('reading', 1, AT, `s/${name}`, 5);
  return {
    pipeline,
    /** The answer to a command on a topic of the site. */
    command: (seq: number, at: number, topic: string, body: object): Reply => {
      take('command', seq, at, `zankyo/test/${topic}`, body);
      return replies.at(-1)!;
    },
  };
};

const FREEZE = { command: 'freeze' };

test('a command without an id has the same id in all partitions, whatever they have carried out before, and another one the next time', () => {
  const [a, b] = [partition('a'), partition('b')];
  a.command(2, AT + 1, 'series/a/cmd', { command: 'mute', for: '1h' });
  const [first, second] = [a, b].map(({ command }) => [
    command(3, AT + 2, 'cmd', FREEZE),
    command(4, AT + 2, 'cmd', FREEZE),
  ]);
  expect(first.map(({ status }) => status)).toEqual(['done', 'done']);
  expect(first.map(({ id }) => id)).toEqual(second.map(({ id }) => id));
  expect(first[0].id).toMatch(/^auto-/);
  expect(first[1].id).not.toBe(first[0].id);
  for (const { command } of [a, b])
    expect(command(5, AT + 3, 'cmd', { command: 'undo', of: first[0].id })).toMatchObject({
      text: 'freeze is undone.',
    });
});

test('after a takeover a command that is read again has the id that it had', () => {
  const before = partition('a');
  before.command(2, AT + 1, 'cmd', FREEZE);
  const checkpoint = before.pipeline.state();
  const read = before.command(3, AT + 2, 'cmd', { command: 'resume' });
  const again = partition('a', checkpoint).command(3, AT + 2, 'cmd', { command: 'resume' });
  expect(again).toEqual(read);
  expect(again.status).toBe('done');
});
