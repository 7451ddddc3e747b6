import { Intake } from '../../../src/app/hub/intake.ts';
import type { SqlDatabase } from '../../../src/stream/ports/sql.ts';

/** When messages are received, unless they say so, epoch ms. */
export const T0 = Date.UTC(2026, 10, 27);

/** The intake of a hub, what sends to it under the prefix `zankyo`, and the ids of the messages that it has acknowledged. */
export const intakeOf = async (db: SqlDatabase) => {
  const acknowledged: number[] = [];
  const intake = new Intake({
    db,
    prefix: 'zankyo',
    acknowledge: (receipts) => acknowledged.push(...receipts.map(({ id }) => id)),
    onReply: () => undefined,
    log: () => undefined,
  });
  await intake.begin();
  let id = 0;
  const send = (
    topic: string,
    payload: object | string,
    more: { retained?: boolean; at?: number; settle?: (done: boolean) => void } = {},
  ): void => {
    const bytes = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
    const { retained = false, at = T0, settle } = more;
    const message = { topic: `zankyo/${topic}`, payload: bytes, receivedAt: at, retained, redelivered: false };
    if (settle === undefined) intake.receive({ ...message, receipt: { id: ++id, connection: 1 } });
    else intake.receive(message, settle);
  };
  return { intake, send, acknowledged };
};
