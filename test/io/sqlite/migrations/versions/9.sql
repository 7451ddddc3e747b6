-- Every table of version 9, as the service of that time wrote it. sha256 is over ["stream",at,version,"shape"] as JSON, then bytes.
INSERT INTO anomaly (
  id, stream, series, kind, severity, start_at, peak_at, end_at, score, value, expected, lower, upper, unit, contributions, reason,
  opened_at, ended_by, confidence, evidence, incident, news_at, heard_at
) VALUES
  ('hall-p1', 'hall', 'hall', 'process', 'major', 1700000000000, 1700000030000, 1700000060000,
    2.5, 31.25, 21.5, 20, 23, '°C', '{"hall":1}', 'hall rose to 31.3 °C; 21.5 °C was expected.',
    1700000010000, 'accepted', 0.875, '{"step":0.75,"level":0.25}', 'hall-p1', 1700000060000, 1700000060250),
  ('kitchen-s1', 'kitchen', 'kitchen', 'sensor', 'minor', 1700000090000, 1700000090000, NULL,
    NULL, NULL, NULL, NULL, NULL, '', '{"kitchen":1}', 'kitchen is silent.',
    1700000095000, NULL, NULL, '{}', 'kitchen-s1', 1700000095000, 1700000095000);

INSERT INTO incident (id, start_at, end_at, severity, episodes, series, reason) VALUES
  ('hall-p1', 1700000000000, 1700000060000, 'major', 1, '["hall"]', 'hall rose to 31.3 °C; 21.5 °C was expected.'),
  ('kitchen-s1', 1700000090000, NULL, 'minor', 1, '["kitchen"]', 'kitchen is silent.');

INSERT INTO snapshot (stream, slot, at, seq, version, shape, sha256, bytes) VALUES
  ('hall', 0, 1700000100000, 0, 1, 'gru 16', x'025c4fb3b466c85833992b06cce5fc63e6c9b06ba6b48a1ea53ecaf9762a1267', x'010203'),
  ('kitchen', 0, 1700000200000, 0, 1, 'lstm 8', x'fd3d9e52eb005e62f50f0a79bff08afd326e184f38a77b2ca56f26882be74685', x'00ff');

INSERT INTO snapshot_history (stream, at, version, shape, sha256, bytes) VALUES
  ('hall', 1699990000000, 1, 'gru 16', x'0658952d000c9f83b3b8235d4587bd767ba8bbda10c3f7b130beedad5832c2ea', x'090807'),
  ('hall', 1699900000000, 1, 'gru 16', x'fc5fdc9ba589412e3cd70896c4d86f7b8d5a24ff38468599724ad671b5fc0719', x'060504');

INSERT INTO quarantine (id, at, topic, reason, payload) VALUES
  (1, 1700000000000, 'sensors/hall', 'not_json', x'7b'),
  (7, 1700000050000, 'sensors/hall', 'not_a_number', x'00ff');

INSERT INTO journal (seq, at, entries) VALUES (1, 1700000100000, x'00000000'), (2, 1700000101000, x'8def02d20100');

INSERT INTO journal_series (id, slug, input, field) VALUES (1, 'hall', 0, 0), (2, 'kitchen', 1, 0);

INSERT INTO outbox (id, topic, payload) VALUES (4, 'zankyo/home/series/hall/event', '{"event_type":"opened"}');

INSERT INTO retained_state (topic) VALUES ('zankyo/home/series/hall/state');

INSERT INTO habit (id, stream, series, at, since, last_at, from_value, to_value, length_ms, per_week, unit, reason) VALUES
  ('hall-h1', 'hall', 'hall', 1700000100000, 1699900000000, 1700000000000, 80, NULL, 1500000, 56, '%', 'hall rises.');

INSERT INTO command (n, id, at, source, by, command, series, request, status, code, reply, undo, undone_by) VALUES
  (1, 'phone-17', 1700000070000, 'mqtt', 'Ada', 'normal', 'hall', '{"id":"phone-17","command":"normal"}', 'done', NULL,
    '{"schema":1,"id":"phone-17","text":"Events of hall like this one are no alarm from now on."}', '{"do":"mark"}', NULL),
  (2, NULL, 1700000080000, 'mqtt', NULL, NULL, NULL, '"{"', 'refused', 'not_json', '{"schema":1,"id":null,"text":"Not JSON."}', NULL, NULL);
INSERT INTO label (id, stream, series, kind, from_at, until_at, event, note) VALUES
  ('phone-17', 'hall', 'hall', 'normal', 1700000000000, 1700000060000, 'hall-p1', 'valve test');
INSERT INTO mute (scope, until) VALUES ('kitchen', 1700003600000);
INSERT INTO held_back (id, what) VALUES ('kitchen-s1', 'opened');
INSERT INTO command_state (stream, command, at, seq, version, shape, sha256, bytes) VALUES
  ('hall', 'phone-18', 1700000100000, 0, 1, 'gru 16', x'025c4fb3b466c85833992b06cce5fc63e6c9b06ba6b48a1ea53ecaf9762a1267', x'010203');

INSERT INTO notification (id, target, at, message) VALUES (3, 'phone', 1700000100000, '{"title":"hall"}');
INSERT INTO notify_thread (target, thread, at, severity, ref) VALUES ('phone', 'hall-i1', 1700000100000, 'major', NULL);
INSERT INTO notify_state (target, name, value) VALUES ('phone', 'last', '1700000100000');

INSERT INTO mode (stream, place, series, level, spread, unit, since, times, last_at, present) VALUES
  ('hall', 0, 'hall', 21.5, 0.5, '°C', 1699900000000, 2, 1700000000000, 1);
INSERT INTO freeze (stream, until) VALUES ('hall', 1700000200000);
