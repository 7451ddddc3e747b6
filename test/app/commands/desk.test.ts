import { describe, expect, test } from 'vitest';
import type { CommandRequest } from '../../../src/stream/ports/ports.ts';
import { Tape } from '../world.ts';
import { Office, MINUTE_MS, site } from './office.ts';

/** A ledger whose transaction is held up until `commit`. */
class SlowTape extends Tape {
  readonly waiting: { readonly task: () => void; readonly afterwards: (() => void) | undefined }[] = [];

  commands = 0;

  override recordCommand(...command: Parameters<Tape['recordCommand']>): void {
    this.commands++;
    super.recordCommand(...command);
  }

  override write(task: () => void, afterwards?: () => void): void {
    this.waiting.push({ task, afterwards });
  }

  commit(): void {
    const writes = this.waiting.splice(0);
    for (const { task } of writes) task();
    for (const { afterwards } of writes) afterwards?.();
  }
}

describe('an answer', () => {
  test('comes after the transaction, also to a second request with the same id', () => {
    const ledger = new SlowTape();
    const office = new Office({ ledger }).readings(3);
    for (let i = 0; i < 2; i++) office.command({ id: 'x', command: 'freeze', series: 'a' });
    expect(office.replies).toEqual([]);
    ledger.commit();
    expect(office.replies.map(({ id, status, undo }) => [id, status, undo])).toEqual([
      ['x', 'done', true],
      ['x', 'done', true],
    ]);
    expect(office.log.list(10)).toHaveLength(1);
    expect(ledger.commands).toBe(1);
  });

  test('is the same later, and another request with this id is refused', () => {
    const office = new Office().readings(3);
    const first = office.command({ id: 'x', command: 'freeze', series: 'b' });
    expect(first.code).toBe('unknown_series');
    office.readings(3, 50, ['b']);
    expect(office.command({ id: 'x', command: 'freeze', series: 'b' })).toEqual(first);
    expect(office.command({ id: 'x', command: 'resume', series: 'b' }).code).toBe('id_used');
  });

  test('has an id that undo accepts where the request had none', () => {
    const office = new Office().readings(3);
    const { id } = office.command('{"command":"freeze"}');
    expect(id).toMatch(/^auto-/);
    expect(office.command({ command: 'undo', of: id }).status).toBe('done');
    expect(office.command('{"command":"freeze"}').id).not.toBe(id);
  });
});

describe('a waiting row of the command line', () => {
  const row = (office: Office, n: number, id: string): void => {
    const request = JSON.stringify({ id, command: 'freeze', series: 'a' });
    office.command(request, { source: 'cli', row: n });
  };

  test('is carried out once, though it is read again before its transaction', () => {
    const ledger = new SlowTape();
    const office = new Office({ ledger }).readings(3);
    office.log.enqueue({ id: 'w', at: office.now, by: 'pi', request: '{}' });
    row(office, 1, 'w');
    row(office, 1, 'w');
    ledger.commit();
    expect(office.log.list(10)).toMatchObject([{ id: 'w', status: 'done', by: 'pi' }]);
    expect(ledger.commands).toBe(1);
  });

  test('keeps its id from others', () => {
    const office = new Office().readings(3);
    office.log.enqueue({ id: 'w', at: office.now, by: 'pi', request: '{}' });
    expect(office.command({ id: 'w', command: 'reset', series: 'a' }).code).toBe('id_used');
    row(office, 1, 'w');
    expect(office.log.stored('w')).toMatchObject({ status: 'done', command: 'freeze' });
  });
});

test('while the database fails, 64 commands wait; further ones are refused', () => {
  const ledger = new SlowTape();
  const office = new Office({ ledger }).readings(3);
  for (let i = 0; i < 70; i++) {
    office.minute++;
    office.command({ command: 'freeze' });
  }
  ledger.commit();
  const codes = office.replies.map(({ code }) => code);
  expect([codes.filter((code) => code === null).length, codes.filter((code) => code === 'busy').length]).toEqual([
    64, 6,
  ]);
});

test('of a flood 20 are carried out, and one refusal is answered and stored; the number of the others follows', () => {
  const office = new Office().readings(3);
  for (let i = 0; i < 500; i++) office.command({ command: 'freeze' });
  expect(office.replies.filter(({ code }) => code === 'too_many')).toHaveLength(1);
  expect(office.replies).toHaveLength(21);
  office.minute += 2;
  office.command({ command: 'resume' });
  expect(office.replies).toHaveLength(22);
  const rows = office.log.list(1000);
  expect(rows).toHaveLength(23);
  expect(
    rows.filter(({ code }) => code === 'too_many').map(({ reply }) => (JSON.parse(reply!) as { text: string }).text),
  ).toEqual([
    '480 commands were refused in a minute: too many.',
    'Too many commands: after a burst of 20, one a second is carried out.',
  ]);
});

test('a retained command is refused, whatever it says', () => {
  const office = new Office().readings(3);
  const message = { topic: 'c', payload: new Uint8Array(), receivedAt: office.now, retained: true, redelivered: false };
  const retained: Partial<CommandRequest> = { message };
  expect(office.command({ command: 'freeze' }, retained)).toMatchObject({ id: null, code: 'retained' });
});

test('a command sets no time: what came before the first connection is downtime', () => {
  const of = site({ inputs: [{ topic: 's/+', name: '{1}' }], tuning: { network: false, silent_after: '5m' } });
  const tape = new Tape();
  const office = new Office({ of, ledger: tape }).readings(600);
  office.stop();
  const back = new Office({ of, ledger: tape, path: office.path });
  back.minute = office.minute + 600;
  back.command({ command: 'freeze' });
  back.world.wake$.next(back.now);
  back.world.clock$.next(back.now + MINUTE_MS);
  expect(back.world.events).toEqual([]);
});

describe('a group', () => {
  const of = site({ groups: { pump: { series: ['a', 'b'] } } });

  test('normal is said of each series that took part', () => {
    const office = new Office({ of }).readings(3 * 1440, 50, ['a', 'b']);
    const { length } = office.opened;
    office.event(80, ['a', 'b']);
    expect(office.opened.length).toBe(length + 1);
    expect(office.command({ command: 'normal', series: 'pump' })).toMatchObject({ status: 'done', series: 'pump' });
    for (let day = 0; day < 3; day++) office.readings(1350, 50, ['a', 'b']).event(80, ['a', 'b']);
    expect(office.opened.length).toBe(length + 1);
  });

  test('freeze of one series stops the whole group; reset of one leaves the other', () => {
    const office = new Office({ of }).readings(1440, 50, ['a', 'b']);
    expect(office.command({ command: 'freeze', series: 'a' }).text).toMatch(/^Learning is stopped for pump/);
    office.command({ command: 'reset', series: 'b' });
    office.readings(5, 50, ['a', 'b']);
    const phases = new Map(office.world.states.map(({ slug, phase, frozen }) => [slug, `${phase} ${frozen}`]));
    expect([phases.get('a'), phases.get('b')]).toEqual(['ready ON', 'learning ON']);
  });
});
