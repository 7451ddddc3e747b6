import type { Notification } from '../../../stream/ports/notification.ts';
import { compileTemplate, fillTemplate, type TemplateField } from '../../../stream/names/template.ts';
import { escapeHtml, escapeJson, textOf, titleOf } from '../text.ts';
import type { WebhookMessage } from '../webhook-message.ts';
import type { Format, HttpMessage } from './format.ts';

/** Every field as text; empty where there is none. */
const fieldsOf = (notification: Notification): Record<TemplateField, string> => {
  const text = (value: string | number | null): string => (value === null ? '' : String(value));
  return {
    title: titleOf(notification),
    text: textOf(notification),
    event: notification.event,
    severity: text(notification.severity),
    site: notification.site,
    series: notification.series.join(', '),
    label: text(notification.label),
    value: text(notification.value),
    expected: text(notification.expected),
    unit: notification.unit,
    score: text(notification.score),
    at: new Date(notification.at).toISOString(),
    id: notification.id,
    alarm: text(notification.alarm),
    incident: text(notification.incident),
  };
};

const plain = (text: string): string => text.replace(/\p{Cc}+/gu, ' ');
/** Header values are ASCII on one line. */
const headerText = (text: string): string => plain(text).replace(/[^\x20-\x7e]/g, '?');

/** How a value is escaped in a body of this type. */
const escapeFor = (contentType: string): ((text: string) => string) => {
  if (contentType.includes('json')) return escapeJson;
  if (contentType.includes('x-www-form-urlencoded')) return encodeURIComponent;
  return contentType.includes('html') || contentType.includes('xml') ? escapeHtml : plain;
};

const defaultType = (body: string | undefined): string =>
  body === undefined || /^\s*[[{]/.test(body) ? 'application/json' : 'text/plain; charset=utf-8';

/** Any HTTP service: URL, headers and body from templates, each value escaped for its place. */
export const webhook: Format = {
  request: ({ url = '', method, headers, body }, { notification }): HttpMessage => {
    const fields = fieldsOf(notification);
    const fill = (template: string, escape: (text: string) => string): string =>
      fillTemplate(compileTemplate(template), fields, escape);
    const given = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), fill(value, headerText)]),
    );
    const contentType = given['content-type'] ?? defaultType(body);
    const withBody = method !== 'GET';
    return {
      method,
      url: fill(url, encodeURIComponent),
      headers: { ...(withBody ? { 'content-type': contentType } : {}), ...given },
      body: !withBody ? null : body === undefined ? defaultBody(notification) : fill(body, escapeFor(contentType)),
    };
  },
  refOf: () => null,
};

/** All fields as JSON, in the names of the other topics. */
const defaultBody = (notification: Notification): string => {
  const { event, id, thread, severity, site, series, label, value, expected, unit, score, alarm, incident } =
    notification;
  return JSON.stringify({
    schema: 1,
    event,
    id,
    thread,
    severity,
    title: titleOf(notification),
    text: textOf(notification),
    at: new Date(notification.at).toISOString(),
    site,
    series: [...series],
    label,
    value,
    expected,
    unit,
    score,
    alarm,
    incident,
  } satisfies WebhookMessage);
};
