import type { PayloadReason } from '../values/payload.ts';
import type { DialectMessage } from './dialect.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });
const NONE = new Uint8Array();

/** One message for the mappers, used again for each. `reason`: why it could not be read as text or JSON, if a mapper wanted that. */
export class Content implements DialectMessage {
  topic = '';
  payload: Uint8Array = NONE;
  retained = false;
  receivedAt = NaN;
  reason: PayloadReason | null = null;
  private decoded: string | null | undefined = undefined;
  private parsed: unknown = undefined;
  private isParsed = false;

  set(message: { topic: string; payload: Uint8Array; retained: boolean; receivedAt: number }): this {
    this.topic = message.topic;
    this.payload = message.payload;
    this.retained = message.retained;
    this.receivedAt = message.receivedAt;
    this.reason = null;
    this.decoded = undefined;
    this.parsed = undefined;
    this.isParsed = false;
    return this;
  }

  text(): string | null {
    if (this.decoded !== undefined) return this.decoded;
    try {
      this.decoded = utf8.decode(this.payload);
    } catch {
      this.decoded = null;
      this.reason = 'not_utf8';
    }
    return this.decoded;
  }

  json(): unknown {
    if (this.isParsed) return this.parsed;
    this.isParsed = true;
    const text = this.text();
    if (text === null) return undefined;
    try {
      this.parsed = JSON.parse(text);
    } catch {
      this.reason = 'not_json';
    }
    return this.parsed;
  }
}
