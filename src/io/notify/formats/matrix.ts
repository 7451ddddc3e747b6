import { escapeHtml, textOf, titleOf } from '../text.ts';
import { answered, base, bearer, json, type Format } from './format.ts';

/**
 * Matrix client-server API: PUT …/send/m.room.message/{txnId}. The transaction id is that of the notification, so a message that is
 * sent again is shown once. A later message of a thread replaces the first (m.replace); one that must be heard is a new message.
 */
export const matrix: Format = {
  request: (target, { notification, ref }) => {
    const room = encodeURIComponent(target.room ?? '');
    const transaction = encodeURIComponent(notification.id);
    const [title, text] = [titleOf(notification), textOf(notification)];
    const content = {
      msgtype: 'm.text',
      body: `${title}\n${text}`,
      format: 'org.matrix.custom.html',
      formatted_body: `<strong>${escapeHtml(title)}</strong><br>${escapeHtml(text)}`,
      'm.mentions': {},
    };
    const body =
      ref !== null && notification.replaces
        ? {
            ...content,
            body: `* ${content.body}`,
            formatted_body: `* ${content.formatted_body}`,
            'm.new_content': content,
            'm.relates_to': { rel_type: 'm.replace', event_id: ref },
          }
        : content;
    const url = `${base(target)}/_matrix/client/v3/rooms/${room}/send/m.room.message/${transaction}`;
    return json('PUT', url, body, bearer(target.token));
  },
  refOf: (answer, { ref }) => ref ?? answered(answer, 'event_id'),
};
