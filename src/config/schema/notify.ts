import { z } from 'zod';
import { NOTIFICATION_EVENTS } from '../../stream/ports/notification.ts';
import * as v from './vocabulary.ts';

const TARGET_TYPES = ['webhook', 'ntfy', 'gotify', 'telegram', 'matrix', 'slack', 'smtp'] as const;

/** One target of notifications. Which options a type needs is checked in notify-checks.ts. */
export const targetSchema = v.section({
  type: z
    .enum(TARGET_TYPES)
    .describe('The service: webhook, ntfy, gotify, telegram, matrix or slack over HTTP, smtp for mail.'),
  url: v.optional(
    v.targetUrl(),
    'Where to send: the URL of the webhook (placeholders allowed), the ntfy topic, the Gotify, Matrix or Telegram server, the Slack webhook, smtp://host:587 or smtps://host.',
  ),
  token: v.optional(v.text(), 'Access token of ntfy, Gotify, Telegram or Matrix; best as !secret or !env.'),
  token_file: v.optional(v.filePath(), 'File with the token, relative to the site file.'),
  username: v.optional(v.text(), 'User name, for smtp.'),
  password: v.optional(v.text(), 'Password, for smtp; best as !secret or !env.'),
  password_file: v.optional(v.filePath(), 'File with the password for smtp, relative to the site file.'),
  from: v.optional(v.mailAddress(), 'Sender address of the mails.'),
  to: v.optional(
    z.array(v.mailAddress()).min(1, { error: 'expected at least one address' }),
    'Receivers of the mails.',
  ),
  chat: v.optional(v.chatId(), 'Telegram: id of the chat, or @name of the channel.'),
  room: v.optional(v.text(), 'Matrix: id of the room, such as !abc:example.org.'),
  method: v.option(z.enum(['POST', 'PUT', 'GET']), 'POST', 'Webhook: method of the request.'),
  headers: v.option(
    z.record(v.headerName(), v.headerTemplate()),
    {},
    'Webhook: headers of the request, under their names; values may have placeholders.',
  ),
  body: v.optional(
    v.template(),
    'Webhook: body of the request with placeholders such as {{ text }}, escaped for JSON, a form or plain text by the content-type header. Without it: a JSON object with all fields.',
  ),
  severity: v.option(
    z.enum(['minor', 'major', 'critical']),
    'minor',
    'Lowest severity of an alarm that is sent; habits and health problems have none and are sent by `events` alone.',
  ),
  events: v.option(
    z.array(z.enum(NOTIFICATION_EVENTS)).min(1, { error: 'expected at least one event' }),
    ['opened', 'ended', 'health'],
    'Which events are sent: opened (and worse), updated (more series, another level), ended, habit, health (problems of the service).',
  ),
  series: v.optional(
    z.array(v.slug()).min(1, { error: 'expected at least one series' }),
    'Only alarms and habits of these series and groups; default: all.',
  ),
  per: v.option(
    z.enum(['incident', 'alarm']),
    'incident',
    'One message for each incident, or for each alarm in it; where the service can, later messages replace or follow the first.',
  ),
  replies: v.optional(
    v.ntfyTopic(),
    'With ntfy, a second topic of the same server, known to nobody else, on which the buttons "Normal" and "Fault" send the answer; without it there are no buttons.',
  ),
});

export const notifySchema = z.record(v.slug(), targetSchema);

export type NotifyTarget = z.output<typeof targetSchema>;
