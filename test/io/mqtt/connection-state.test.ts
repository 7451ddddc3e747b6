import { describe, expect, test } from 'vitest';
import {
  ConnectionStateMachine,
  nextState,
  type ConnectionEvent,
  type ConnectionState,
} from '../../../src/io/mqtt/connection-state.ts';

const after = (...events: ConnectionEvent[]): ConnectionState => {
  const machine = new ConnectionStateMachine();
  for (const event of events) machine.apply(event);
  return machine.state;
};

describe('the connection states', () => {
  test('a connection goes through attempt, CONNACK and connect', () => {
    expect(after()).toBe('disconnected');
    expect(after('attempt')).toBe('connecting');
    expect(after('attempt', 'accept')).toBe('greeted');
    expect(after('attempt', 'accept', 'connect')).toBe('connected');
  });

  test.each<[ConnectionEvent[], ConnectionState]>([
    [['attempt', 'lose'], 'disconnected'],
    [['attempt', 'accept', 'lose'], 'disconnected'],
    [['attempt', 'accept', 'connect', 'lose'], 'disconnected'],
    [['attempt', 'accept', 'connect', 'lose', 'attempt'], 'connecting'],
    [['attempt', 'accept', 'connect', 'lose', 'attempt', 'accept', 'connect'], 'connected'],
    // A new attempt starts from CONNECT, whatever the last one reached.
    [['attempt', 'accept', 'attempt', 'connect'], 'connecting'],
  ])('%j ends in %s', (events, state) => {
    expect(after(...events)).toBe(state);
  });

  test('close flushes only on a connection that is up', () => {
    expect(after('attempt', 'accept', 'connect', 'close')).toBe('closing');
    expect(after('attempt', 'accept', 'connect', 'close', 'lose')).toBe('closed');
    expect(after('close')).toBe('closed');
    expect(after('attempt', 'close')).toBe('closed');
    expect(after('attempt', 'accept', 'close')).toBe('closed');
  });

  test.each<ConnectionEvent>(['attempt', 'accept', 'connect', 'lose', 'close'])('closed ignores %s', (event) => {
    expect(nextState('closed', event)).toBe('closed');
  });

  test('a CONNACK or a connect without its attempt changes nothing', () => {
    expect(after('accept')).toBe('disconnected');
    expect(after('connect')).toBe('disconnected');
    expect(after('attempt', 'connect')).toBe('connecting');
  });

  test('the second report of one failure changes nothing', () => {
    const machine = new ConnectionStateMachine();
    machine.apply('attempt');
    expect(machine.apply('lose')).toBe(true);
    expect(machine.apply('lose')).toBe(false);
  });

  test.each<[ConnectionEvent[], boolean, boolean, boolean]>([
    // events, accepted, can publish, ending
    [[], false, false, false],
    [['attempt'], false, false, false],
    [['attempt', 'accept'], true, false, false],
    [['attempt', 'accept', 'connect'], true, true, false],
    [['attempt', 'accept', 'connect', 'lose'], false, false, false],
    [['attempt', 'accept', 'connect', 'close'], true, true, true],
    [['attempt', 'accept', 'connect', 'close', 'lose'], false, false, true],
    [['attempt', 'close'], false, false, true],
  ])('after %j: accepted %s, can publish %s, ending %s', (events, accepted, canPublish, ending) => {
    const machine = new ConnectionStateMachine();
    for (const event of events) machine.apply(event);
    expect([machine.accepted, machine.canPublish, machine.ending]).toEqual([accepted, canPublish, ending]);
  });
});
