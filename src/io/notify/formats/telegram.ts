import { escapeHtml, textOf, titleOf } from '../text.ts';
import { answered, json, type Format } from './format.ts';

const SERVER = 'https://api.telegram.org';

/** Telegram's HTML knows &lt; &gt; &amp; and &quot; of the named entities, and all numbered ones. */
const escape = escapeHtml;

/**
 * Telegram Bot API (core.telegram.org/bots/api): sendMessage with parse_mode HTML; editMessageText where a message replaces the
 * first of its thread, and a reply to it where it must be heard.
 */
export const telegram: Format = {
  request: (target, { notification, ref }) => {
    const { replaces, event } = notification;
    const edits = ref !== null && replaces;
    const server = (target.url ?? SERVER).replace(/\/+$/, '');
    return json('POST', `${server}/bot${target.token ?? ''}/${edits ? 'editMessageText' : 'sendMessage'}`, {
      chat_id: target.chat,
      text: `<b>${escape(titleOf(notification))}</b>\n${escape(textOf(notification))}`,
      parse_mode: 'HTML',
      link_preview_options: { is_disabled: true },
      ...(edits
        ? { message_id: Number(ref) }
        : {
            disable_notification: event === 'ended' || event === 'habit',
            ...(ref === null
              ? {}
              : { reply_parameters: { message_id: Number(ref), allow_sending_without_reply: true } }),
          }),
    });
  },
  refOf: (answer, { ref }) => ref ?? answered(answer, 'result', 'message_id'),
};
