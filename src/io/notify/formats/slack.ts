import { escapeSlack, textOf, titleOf } from '../text.ts';
import { json, type Format } from './format.ts';

/**
 * Slack incoming webhook: blocks of plain text, which know no markup; `text` is what a notification of the app shows, and is
 * escaped. A webhook cannot change an earlier message. Mattermost and Rocket.Chat read the same form.
 */
export const slack: Format = {
  request: (target, { notification }) => {
    const [title, text] = [titleOf(notification), textOf(notification)];
    const plain = (value: string) => ({ type: 'plain_text', text: value, emoji: false });
    return json('POST', target.url ?? '', {
      text: escapeSlack(`${title}: ${text}`),
      mrkdwn: false,
      blocks: [
        { type: 'header', text: plain(title) },
        { type: 'section', text: plain(text) },
      ],
    });
  },
  refOf: () => null,
};
