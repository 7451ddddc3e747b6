import type { Notification } from '../../../stream/ports/notification.ts';
import { textOf, titleOf } from '../text.ts';
import { base, bearer, json, type Format } from './format.ts';

/** 1 to 5; from 4 on a phone vibrates long, 5 breaks through "do not disturb". */
const PRIORITY = { minor: 3, major: 4, critical: 5 } as const;

const priorityOf = ({ event, severity }: Notification): number =>
  event === 'ended' || event === 'habit' || event === 'answer' ? 2 : severity === null ? 3 : PRIORITY[severity];

/** Names of emojis that the apps show before the title. */
const TAGS = {
  opened: ['rotating_light'],
  updated: ['rotating_light'],
  ended: ['white_check_mark'],
  habit: ['repeat'],
  health: ['stethoscope'],
  test: ['wave'],
  answer: ['speech_balloon'],
} as const;

/** What a sequence id may contain. */
const sequenceOf = (thread: string): string => thread.replace(/[^-_A-Za-z0-9]/g, '-').slice(0, 64);

/**
 * ntfy, "Publish as JSON" (docs.ntfy.sh/publish): POST to the root of the server with the topic in the body. Text is plain, because
 * `markdown` is not set. A message with the sequence id of an earlier one replaces it, from ntfy 2.16 on; older servers show both.
 */
export const ntfy: Format = {
  request: (target, { notification, buttons }) => {
    const url = new URL(base(target));
    const topic = url.pathname.slice(1);
    const { thread, replaces, event } = notification;
    const follows = thread !== null && (replaces || event === 'opened');
    const actions = buttons.map(({ label, body }) => ({
      action: 'http',
      label,
      url: `${url.origin}/${target.replies ?? ''}`,
      method: 'POST',
      body,
      clear: true,
    }));
    return json(
      'POST',
      `${url.origin}/`,
      {
        topic,
        title: titleOf(notification),
        message: textOf(notification),
        priority: priorityOf(notification),
        tags: TAGS[event],
        ...(follows ? { sequence_id: sequenceOf(thread) } : {}),
        ...(actions.length === 0 ? {} : { actions }),
      },
      bearer(target.token),
    );
  },
  refOf: () => null,
};
