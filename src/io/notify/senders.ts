import type { Sender, Target } from './delivery.ts';
import type { Format } from './formats/format.ts';

const formatOf = async (type: Exclude<Target['type'], 'smtp'>): Promise<Format> => {
  switch (type) {
    case 'webhook':
      return (await import('./formats/webhook.ts')).webhook;
    case 'ntfy':
      return (await import('./formats/ntfy.ts')).ntfy;
    case 'gotify':
      return (await import('./formats/gotify.ts')).gotify;
    case 'telegram':
      return (await import('./formats/telegram.ts')).telegram;
    case 'matrix':
      return (await import('./formats/matrix.ts')).matrix;
    case 'slack':
      return (await import('./formats/slack.ts')).slack;
  }
};

/** The sender of a target. What a service needs is loaded with its first message, so that a site without mail does not load it. */
export const senderOf = async (target: Target, timeoutMs?: number): Promise<Sender> => {
  const { type } = target;
  if (type === 'smtp') return new (await import('./smtp-sender.ts')).SmtpSender(target, timeoutMs);
  const [{ HttpSender }, format] = await Promise.all([import('./http-sender.ts'), formatOf(type)]);
  return new HttpSender(target, format, timeoutMs);
};
