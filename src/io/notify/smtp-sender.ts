import { isLoopback } from '../../stream/loopback.ts';
import { createTransport, type Transporter } from 'nodemailer';
import { failed, type Delivery, type Outgoing, type Sender, type Target } from './delivery.ts';
import { escapeHtml, textOf, titleOf } from './text.ts';

const TIMEOUT_MS = 15_000;

/** Sends mails. A password goes only over TLS, or to this machine. Files and URLs are never read. */
export class SmtpSender implements Sender {
  readonly #target: Target;
  readonly #transport: Transporter;

  constructor(target: Target, timeoutMs: number = TIMEOUT_MS) {
    const { protocol, hostname, port } = new URL(target.url ?? '');
    const secure = protocol === 'smtps:';
    const { username, password } = target;
    const withPassword = username !== undefined && password !== undefined;
    this.#target = target;
    this.#transport = createTransport({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? (secure ? 465 : 587) : Number(port),
      secure,
      requireTLS: !secure && withPassword && !isLoopback(hostname),
      ...(withPassword ? { auth: { user: username, pass: password } } : {}),
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  async send({ notification, ref }: Outgoing, signal: AbortSignal): Promise<Delivery> {
    const { from, to } = this.#target;
    const [title, text] = [titleOf(notification), textOf(notification)];
    const messageId = `<${notification.id}.${notification.site}@zankyo.invalid>`;
    const mail = {
      from,
      to: [...(to ?? [])],
      subject: title,
      text: `${text}\n`,
      html: `<p><strong>${escapeHtml(title)}</strong></p><p>${escapeHtml(text)}</p>`,
      messageId,
      date: new Date(notification.at),
      headers: { 'auto-submitted': 'auto-generated' },
      ...(ref === null ? {} : { inReplyTo: ref, references: ref }),
      // Unknown to its types: closes the connection, which would keep the process alive.
      signal,
    };
    try {
      await this.#transport.sendMail(mail);
      return { ok: true, ref: ref ?? messageId, said: 'accepted by the mail server' };
    } catch (error) {
      return failed(signal.aborted ? 'stopped' : reasonOf(error), isPermanent(error));
    }
  }

  close(): void {
    this.#transport.close();
  }
}

interface SmtpError extends Error {
  readonly code?: string;
  readonly responseCode?: number;
}

/** 550 to 554 after the message: the server does not take this one. A refused login (535) may be repaired. */
const isPermanent = (error: unknown): boolean => {
  const { responseCode = 0, code } = error as SmtpError;
  return code === 'EMESSAGE' || (responseCode >= 550 && responseCode <= 554);
};

const reasonOf = (error: unknown): string => {
  const { code = '', responseCode, message } = error as SmtpError;
  if (responseCode !== undefined) return `SMTP ${responseCode}: ${message.replace(/[\s\p{Cc}]+/gu, ' ').slice(0, 200)}`;
  switch (code) {
    case 'ECONNREFUSED':
    case 'ESOCKET':
    case 'ECONNECTION':
      return message.includes('REFUSED')
        ? 'connection refused: is the server running, and the port right?'
        : `no connection (${message.slice(0, 200)})`;
    case 'ETIMEDOUT':
      return 'no answer in time';
    case 'EDNS':
    case 'ENOTFOUND':
      return 'host name not found';
    case 'ETLS':
      return 'the server offers no TLS, and a password goes only over TLS; use smtps://';
    default:
      return message.slice(0, 200);
  }
};
