import type { Hono } from 'hono';
import { readJson } from '../../../io/http/json-body.ts';
import type { CommandReply, Refusal } from '../contract.ts';
import type { DashboardSources } from '../sources.ts';

/** `POST api/command`: a command of the operator, as over MQTT, and its answer. */
export const commandRoutes =
  ({ request }: DashboardSources) =>
  (app: Hono): void => {
    app.post('/api/command', async (context) => {
      const body = await readJson(context);
      if (body === null) return context.json<Refusal>({ code: 'not_json', text: 'Expected a JSON object.' }, 400);
      // The name of the site and of the asker are ours; further keys are checked with the command.
      const reply = await request({ ...body, by: 'dashboard' });
      if (reply === null)
        return context.json<Refusal>(
          { code: 'no_answer', text: 'No answer within 10 s: the database cannot be written. It will be carried out.' },
          503,
        );
      const { id, command, series, status, code, text, undo } = reply;
      return context.json<CommandReply>({ id, command, series, status, code, text, undo });
    });
  };
