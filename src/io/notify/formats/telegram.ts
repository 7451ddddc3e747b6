import { escapeHtml, textOf, titleOf } from '../text.ts';
import { answered, base, json, type Format } from './format.ts';

const SERVER = 'https://api.telegram.org';

/**
 * Telegram Bot API (core.telegram.org/bots/api): sendMessage with parse_mode HTML; editMessageText where a message replaces the
 * first of its thread, and a reply to it where it must be heard. Its HTML knows &lt; &gt; &amp; and &quot; of the named entities, and
 * all numbered ones: those that `escapeHtml` writes.
 */
export const telegram: Format = {
  request: (target, { notification, ref }) => {
    const { replaces, event } = notification;
    const edits = ref !== null && replaces;
    const server = base({ url: target.url ?? SERVER });
    return json('POST', `${server}/bot${target.token ?? ''}/${edits ? 'editMessageText' : 'sendMessage'}`, {
      chat_id: target.chat,
      text: `<b>${escapeHtml(titleOf(notification))}</b>\n${escapeHtml(textOf(notification))}`,
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
