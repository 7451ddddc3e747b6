import { textOf, titleOf } from '../text.ts';
import { base, json, type Format } from './format.ts';

/** From 4 on the Android app makes a sound, from 8 on it also shows a pop-up. */
const PRIORITY = { minor: 4, major: 6, critical: 9 } as const;

/** Gotify (gotify.net/docs/pushmsg): POST /message with the token of an application; plain text. */
export const gotify: Format = {
  request: (target, { notification }) => {
    const { severity, event } = notification;
    return json(
      'POST',
      `${base(target)}/message`,
      {
        title: titleOf(notification),
        message: textOf(notification),
        priority: event === 'ended' || event === 'habit' ? 2 : severity === null ? 4 : PRIORITY[severity],
        extras: { 'client::display': { contentType: 'text/plain' } },
      },
      { 'x-gotify-key': target.token ?? '' },
    );
  },
  refOf: () => null,
};
