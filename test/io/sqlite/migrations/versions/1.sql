-- Every table of version 1, as the service of that time wrote it. sha256 is over ["stream",at,version,"shape"] as JSON, then bytes.
INSERT INTO anomaly (
  id, stream, series, kind, severity, start_at, peak_at, end_at, score, value, expected, lower, upper, unit, contributions, reason
) VALUES
  ('hall-p1', 'hall', 'hall', 'process', 'major', 1700000000000, 1700000030000, 1700000060000,
    2.5, 31.25, 21.5, 20, 23, '°C', '{"hall":1}', 'hall rose to 31.3 °C; 21.5 °C was expected.'),
  ('kitchen-s1', 'kitchen', 'kitchen', 'sensor', 'minor', 1700000090000, 1700000090000, NULL,
    NULL, NULL, NULL, NULL, NULL, '', '{"kitchen":1}', 'kitchen is silent.');

INSERT INTO snapshot (stream, at, version, shape, sha256, bytes) VALUES
  ('hall', 1700000100000, 1, 'gru 16', x'025c4fb3b466c85833992b06cce5fc63e6c9b06ba6b48a1ea53ecaf9762a1267', x'010203'),
  ('kitchen', 1700000200000, 1, 'lstm 8', x'fd3d9e52eb005e62f50f0a79bff08afd326e184f38a77b2ca56f26882be74685', x'00ff');

INSERT INTO quarantine (id, at, topic, reason, payload) VALUES
  (1, 1700000000000, 'sensors/hall', 'not_json', x'7b'),
  (7, 1700000050000, 'sensors/hall', 'not_a_number', x'00ff');
