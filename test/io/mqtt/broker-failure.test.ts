import { expect, test } from 'vitest';
import { describeFailure, doubtsVersion } from '../../../src/io/mqtt/broker-failure.ts';
import type { BrokerFailure } from '../../../src/io/mqtt/broker-failure.ts';

const identity = { url: 'mqtts://hub:8883', username: 'pi', clientId: 'zankyo-home' };
const words = (failure: BrokerFailure | null, greeted = false): string => describeFailure(failure, identity, greeted);

test.each<[BrokerFailure, string]>([
  [{ message: 'connect ECONNREFUSED', code: 'ECONNREFUSED' }, 'refuses the connection'],
  [{ message: 'getaddrinfo ENOTFOUND hub', code: 'ENOTFOUND' }, 'check mqtt.url'],
  [{ message: 'connect EHOSTUNREACH', code: 'EHOSTUNREACH' }, 'cannot be reached'],
  [{ message: 'connack timeout' }, 'does not answer'],
  [{ message: 'Keepalive timeout' }, 'has stopped answering'],
  [{ message: 'certificate has expired', code: 'CERT_HAS_EXPIRED' }, "or this machine's clock is wrong"],
  [{ message: 'certificate is not yet valid', code: 'CERT_NOT_YET_VALID' }, "or this machine's clock is wrong"],
  [{ message: 'wrong version number', code: 'ERR_SSL_WRONG_VERSION_NUMBER' }, 'does not speak TLS on this port'],
  [{ message: 'unsupported protocol', code: 'ERR_SSL_UNSUPPORTED_PROTOCOL' }, 'enable TLS 1.2 or 1.3 on the broker'],
  [
    {
      message:
        'write EPROTO 40F7:error:0A00042E:SSL routines:ssl3_read_bytes:tlsv1 alert protocol version:ssl/record/rec_layer_s3.c:1601:SSL alert number 70\n',
      code: 'EPROTO',
    },
    'no safe TLS version (ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION)',
  ],
  // The same refusal in the numbers of MQTT 3.1.1 and of MQTT 5.
  [{ message: 'Connection refused', code: 1 }, 'set mqtt.protocol to auto'],
  [{ message: 'Connection refused', code: 132 }, 'set mqtt.protocol to auto'],
  [{ message: 'Connection refused', code: 2 }, 'does not accept the client id "zankyo-home"'],
  [{ message: 'Connection refused', code: 133 }, 'does not accept the client id "zankyo-home"'],
  [{ message: 'Connection refused', code: 3 }, 'asks to try again later'],
  [{ message: 'Connection refused', code: 136 }, 'asks to try again later'],
  [{ message: 'Connection refused', code: 4 }, 'refuses the user "pi": bad user name or password'],
  [{ message: 'Connection refused', code: 134 }, 'refuses the user "pi": bad user name or password'],
  [{ message: 'Connection refused', code: 5 }, 'does not authorise the user "pi"'],
  [{ message: 'Connection refused', code: 135 }, 'does not authorise the user "pi"'],
  [{ message: 'disconnected', code: 142 }, 'another client has connected with the id "zankyo-home"'],
  [{ message: 'disconnected', code: 152 }, 'reason code 152'],
])('%j has its sentence', (failure, sentence) => {
  expect(words(failure, true)).toContain(sentence);
  expect(words(failure, true).startsWith('mqtts://hub:8883')).toBe(true);
});

test('an authority that did not sign is named, where there is one', () => {
  const failure = { message: 'unable to verify', code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' };
  expect(words(failure)).toContain("set mqtt.tls.ca to that authority's certificate");
  expect(describeFailure(failure, { ...identity, ca: '/etc/zankyo/ca.pem' }, false)).toContain(
    'not signed by the authority in /etc/zankyo/ca.pem',
  );
});

test('a failure without a sentence keeps its own words, or at least its code', () => {
  expect(words({ message: 'out of dilithium', code: 'EWARP' })).toBe('mqtts://hub:8883: out of dilithium');
  expect(words({ message: '', code: 'EWARP' })).toBe('mqtts://hub:8883: EWARP');
});

test('a connection cut off says whether it had ever been one', () => {
  for (const failure of [null, { message: 'read ECONNRESET', code: 'ECONNRESET' }]) {
    expect(words(failure, true)).toBe('mqtts://hub:8883 closed the connection');
    expect(words(failure, false)).toContain('closed the connection without an answer');
  }
});

test('the protocol version is in doubt after its refusal, garbage or a plain close, not when nobody was reached', () => {
  const doubtful = [
    null,
    { message: '', code: 1 },
    { message: '', code: 132 },
    { message: 'Invalid header flag bits' },
  ];
  const clear = [{ message: '', code: 'ECONNREFUSED' }, { message: '', code: 5 }, { message: 'connack timeout' }];
  expect(doubtful.map(doubtsVersion)).toEqual([true, true, true, true]);
  expect(clear.map(doubtsVersion)).toEqual([false, false, false]);
});
